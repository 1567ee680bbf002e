"""The gradient through the batch."""
