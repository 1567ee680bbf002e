"""The activation matrix: samples by neurons."""
