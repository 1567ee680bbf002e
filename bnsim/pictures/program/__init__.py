"""The moment as a program of its own."""
