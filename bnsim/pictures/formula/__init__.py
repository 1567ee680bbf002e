"""Formulas set as mathematics, with live numbers."""
