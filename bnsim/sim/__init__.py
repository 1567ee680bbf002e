"""Scenarios, runs, the cursor and frames: pure Python over the engine, no Qt, no files."""
