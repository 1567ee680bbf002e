"""What bnsim reads from and writes to the disk; the only folder that touches files."""
