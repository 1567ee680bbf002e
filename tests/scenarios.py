"""Small scenarios that tests share."""

from __future__ import annotations

import numpy as np

from bnsim.sim.spec import BatchNorm, Data, Initialization, Layer, Optimizer, Scenario


def small(
    sizes: tuple[int, ...] = (4, 2),
    placements: tuple[str, ...] = ("before", ""),
    batch_size: int = 3,
    n_samples: int = 9,
    activation: str = "relu",
    seed: int = 1,
    **changes: object,
) -> Scenario:
    """A network of 3 inputs that trains by SGD; placements "" mean no BN."""
    rng = np.random.RandomState(seed)
    layers = [
        Layer(
            units=n,
            activation=activation if i < len(sizes) - 1 else "identity",
            batch_norm=BatchNorm(placement=p) if p else None,
        )
        for i, (n, p) in enumerate(zip(sizes, placements, strict=True))
    ]
    fields: dict[str, object] = {
        "version": 1,
        "name": "small",
        "title": "A small network",
        "data": Data(
            x=rng.uniform(0, 5, (n_samples, 3)).tolist(),
            targets=rng.standard_normal((n_samples, sizes[-1])).tolist(),
        ),
        "layers": layers,
        "batch_size": batch_size,
        "batches": 12,
        "loss": "mse",
        "optimizer": Optimizer(name="sgd", rate=0.05),
        "initialization": Initialization(rule="he"),
        "order": "shuffled",
        "seed": seed,
    }
    return Scenario(**(fields | changes))
