"""Qt widgets that draw pictures and nothing else."""
