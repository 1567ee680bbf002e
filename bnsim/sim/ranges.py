"""What a scenario may hold, as data: files, forms and the JSON Schema read the same table."""

from __future__ import annotations

from typing import NamedTuple

LARGEST = 1e300
"""Largest size of a number in a file: its square overflows, but it can still be drawn."""

PARAMETERS = 100_000
NUMBERS_OF_A_BATCH = 5_000_000
NAME = r"[a-z0-9][a-z0-9_-]{0,63}"


class Range(NamedTuple):
    """From ``low`` to ``high``, both allowed; ``unit`` is set where it counts a list's items."""

    low: float
    high: float
    unit: str = ""

    @property
    def words(self) -> str:
        """The range as a person reads it."""
        return f"{_number(self.low)} to {_number(self.high)}"


def _number(value: float) -> str:
    """1,000,000 for whole numbers, 1e300 for others."""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}".replace("+", "")


RANGES: dict[str, Range] = {
    "Scenario.layers": Range(1, 16, "layers"),
    "Scenario.batch_size": Range(1, 10_000),
    "Scenario.batches": Range(1, 1_000_000),
    "Scenario.seed": Range(0, 2**32 - 1),
    "Scenario.title": Range(1, 200, "characters"),
    "Scenario.description": Range(0, 2000, "characters"),
    "Scenario.overrides": Range(0, 10_000, "overrides"),
    "Scenario.edits": Range(0, 10_000, "edits"),
    "Data.x": Range(1, 10_000, "samples"),
    "Data.x[]": Range(1, 256, "features"),
    "Layer.units": Range(1, 256),
    "BatchNorm.epsilon": Range(0.0, 1e3),
    "BatchNorm.running_rate": Range(0.0, 1.0),
    "Initialization.sd": Range(0.0, 1e6),
    "Optimizer.rate": Range(0.0, 1e6),
    "Override.value": Range(-LARGEST, LARGEST),
    "Edit.value": Range(-LARGEST, LARGEST),
}
"""Keys are a part and its field in :mod:`bnsim.sim.spec`; ``[]`` means an item of the list."""
