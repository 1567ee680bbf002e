"""The dialects of normalization, one row per framework or text."""

from __future__ import annotations

from typing import NamedTuple


class Dialect(NamedTuple):
    """How a framework or a text defines normalization.

    Parameters
    ----------
    name : str
    eps : float
        Added to the variance under the root.
    added : float
        Added to the root; 1 in the article's snippet, else 0.
    affine : bool
        Whether there are gamma and beta.
    running_rate : float or None
        Weight of the new batch in the running statistics, PyTorch's ``momentum``, 1 minus
        Keras's ``momentum``.  None: no running statistics are kept.
    cumulative : bool
        Running statistics as plain averages over all batches, PyTorch's ``momentum=None``.
    unbiased : bool
        Whether the running variance takes var m / (m - 1).
    axis : int
        0 to normalize a neuron over the batch, 1 a sample over its neurons.
    min_batch : int
        The smallest batch that the dialect trains on.
    """

    name: str
    eps: float = 1e-5
    added: float = 0.0
    affine: bool = True
    running_rate: float | None = 0.1
    unbiased: bool = True
    axis: int = 0
    min_batch: int = 1
    cumulative: bool = False

    @property
    def has_running(self) -> bool:
        """Whether running statistics are kept."""
        return self.running_rate is not None or self.cumulative


_DIALECTS = (
    Dialect("pytorch", min_batch=2),
    Dialect("keras", eps=1e-3, running_rate=0.01, unbiased=False),
    Dialect("article", eps=0.0, added=1.0, affine=False, running_rate=None),
    Dialect("plain", eps=0.0),
    Dialect("layernorm", running_rate=None, axis=1),
)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in _DIALECTS}
