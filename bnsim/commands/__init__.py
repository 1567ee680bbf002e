"""The commands of ``bnsim``, one module each; every one imports what it needs when it runs."""
