"""bnsim: the desktop simulator that makes batch normalization visible."""

import os

# One BLAS thread, set before NumPy is imported: with two, the bits of a matrix
# product change, and a replay would no longer return the same numbers.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

__version__ = "0.1.0"
