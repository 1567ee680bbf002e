"""Frames turned into arrays, colours and words; no Qt."""
