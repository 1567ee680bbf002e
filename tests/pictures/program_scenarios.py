"""Small scenarios of every kind for exported programs."""

from __future__ import annotations

import numpy as np

from bnsim.sim.session import schedule_of
from bnsim.sim.spec import (
    BatchNorm,
    Data,
    Edit,
    Initialization,
    Layer,
    Optimizer,
    Override,
    Scenario,
)

ACTIVATIONS = ("relu", "leaky_relu", "elu", "tanh", "sigmoid", "identity")
DIALECTS = ("pytorch", "keras", "article", "plain", "layernorm")
PLACEMENTS = ("before", "after")
OPTIMIZERS = ("none", "sgd", "momentum", "adam")
LOSSES = ("mse", "cross_entropy")
ORDERS = ("given", "shuffled")
NORMALIZED = ("off", "range", "standard")
RULES = ("he", "glorot", "lecun", "normal", "zeros")


def any_scenario(seed: int, **changes: object) -> Scenario:
    """A scenario that its seed decides in everything that ``changes`` leaves open."""
    rng = np.random.RandomState(seed)
    m = int(rng.choice([3, 4, 5]))
    n, features = m * int(rng.randint(1, 4)) + int(rng.randint(0, m)), int(rng.randint(1, 4))
    sizes = [int(size) for size in rng.randint(1, 5, rng.randint(1, 4))]
    loss = changes.get("loss", rng.choice(LOSSES))
    if loss == "cross_entropy":
        sizes[-1] = max(2, sizes[-1])
    layers = [_layer(rng, i, units, len(sizes)) for i, units in enumerate(sizes)]
    sizes = [features, *(layer.units for layer in layers)]
    layers = [_given(rng, layer, n_in) for layer, n_in in zip(layers, sizes, strict=False)]
    fields: dict[str, object] = {
        "version": 1,
        "name": f"any-{seed}",
        "title": f"Any scenario, number {seed}",
        "data": _data(rng, n, features, sizes[-1], loss),
        "layers": layers,
        "batch_size": m,
        "batches": int(rng.randint(1, 9)),
        "loss": str(loss),
        "normalize_inputs": str(rng.choice(NORMALIZED)),
        "order": str(rng.choice(ORDERS)),
        "optimizer": Optimizer(
            name=str(rng.choice(OPTIMIZERS)), rate=float(rng.choice([0.01, 0.1]))
        ),
        "initialization": Initialization(rule=str(rng.choice(RULES)), sd=0.7),
        "seed": int(rng.randint(0, 1000)),
    }
    fields |= changes
    by_hand = _by_hand(rng, fields, features, n)
    return Scenario(**({"overrides": by_hand[0], "edits": by_hand[1]} | fields))


def _layer(rng, index, units, count):
    norm = BatchNorm(
        placement=str(rng.choice(PLACEMENTS)),
        dialect=str(rng.choice(DIALECTS)),
        epsilon=[None, None, 0.0, 0.01][rng.randint(4)],
        running_rate=[None, 0.3][rng.randint(2)],
        cumulative=bool(rng.randint(4) == 0),
    )
    activation = str(rng.choice(ACTIVATIONS)) if index < count - 1 else "identity"
    # two numbers are standardized to -1 and 1 whatever they are: their gradients are rounding
    units = max(units, 3) if norm.dialect == "layernorm" else units
    return Layer(units=units, activation=activation, batch_norm=[norm, norm, None][rng.randint(3)])


def _given(rng, layer, n_in):
    weights = rng.standard_normal((n_in, layer.units)).tolist() if rng.randint(2) else None
    bias = rng.standard_normal(layer.units).tolist() if rng.randint(2) else None
    return Layer(
        units=layer.units,
        activation=layer.activation,
        batch_norm=layer.batch_norm,
        weights=weights,
        bias=bias,
    )


def _data(rng, n, features, outputs, loss):
    x = rng.uniform(-3.0, 5.0, (n, features))
    if rng.randint(4) == 0 and features > 1:
        x[:, 0] = 2.0  # a feature that never varies
    if loss == "cross_entropy":
        return Data(x=x.tolist(), labels=rng.randint(0, outputs, n).tolist())
    return Data(x=x.tolist(), targets=rng.standard_normal((n, outputs)).tolist())


def _by_hand(rng, fields, features, n):
    """Overrides and edits of every kind that the layers allow."""
    layers, batches = fields["layers"], fields["batches"]
    overrides = [Override(layer=0, weight=(0, 0), value=3.5)] if rng.randint(2) else []
    edits = []
    for _ in range(rng.randint(0, 5)):
        index = int(rng.randint(len(layers)))
        at = {"batch": int(rng.randint(batches)), "value": float(rng.choice([0.5, -2.0, 3.0]))}
        lane = str(rng.choice(["both", "without", "with"]))
        unit = int(rng.randint(layers[index].units))
        kinds = [
            Edit(**at, layer=index, weight=(0, unit), lane=lane),
            Edit(**at, layer=index, bias=unit, lane=lane),
            Edit(**at, input=(int(rng.randint(n)), int(rng.randint(features))), lane=lane),
            Edit(**{**at, "value": 1.0}, target=(int(rng.randint(n)), 0), lane=lane),
        ]
        if fields.get("optimizer", Optimizer()).name != "none":
            kinds.append(Edit(batch=at["batch"], rate=True, value=0.02, lane=lane))
        norm = layers[index].batch_norm
        if norm and norm.dialect != "article":
            kinds += [Edit(**at, layer=index, gamma=unit), Edit(**at, layer=index, beta=unit)]
            overrides.append(Override(layer=index, gamma=0, value=1.5))
        edits.append(kinds[rng.randint(len(kinds))])
    return overrides, edits


def moments_of(scenario: Scenario, seed: int, count: int) -> list[int]:
    """The start, the end and some moments between them."""
    rng, n = np.random.RandomState(seed), schedule_of(scenario).n
    return sorted({0, scenario.batches * n, *rng.randint(1, scenario.batches * n, count).tolist()})
