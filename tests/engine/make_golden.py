"""What PyTorch says of random networks, written to golden.json.gz beside this script.

    python -m venv /tmp/torch && /tmp/torch/bin/pip install torch numpy
    /tmp/torch/bin/python tests/engine/make_golden.py

It imports nothing of bnsim: PyTorch's own modules and optimizers where there are some
(``BatchNorm1d``, ``LayerNorm``, ``SGD``, ``Adam``), differentiable torch operations and
autograd where there are none (the biased running variance of Keras, no epsilon, the
article's sigma + 1).  float64, one thread.  Weights, data and every number are in the file,
so `test_golden.py` needs neither PyTorch nor a random stream.
"""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

OUT = Path(__file__).with_name("golden.json.gz")
STEPS, SNAPSHOTS = 20, (1, 5, 20)
N_LONG, N_SHORT = 60, 36

ACTIVATIONS = {
    "relu": torch.relu,
    "leaky_relu": lambda x: nn.functional.leaky_relu(x, 0.01),
    "elu": nn.functional.elu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": lambda x: x,
}
DIALECTS = ("pytorch", "keras", "plain", "article", "layernorm")
OPTIMIZERS = {
    "none": lambda parameters, rate: None,
    "sgd": lambda parameters, rate: torch.optim.SGD(parameters, rate),
    "momentum": lambda parameters, rate: torch.optim.SGD(parameters, rate, momentum=0.9),
    "adam": lambda parameters, rate: torch.optim.Adam(parameters, rate),
}


class Written(nn.Module):
    """Normalization written out: sqrt(var + eps) + added, biased running variance or none."""

    def __init__(self, units, eps, added, affine, rate, unbiased):
        super().__init__()
        self.eps, self.added, self.rate, self.unbiased = eps, added, rate, unbiased
        self.weight = nn.Parameter(torch.ones(units)) if affine else None
        self.bias = nn.Parameter(torch.zeros(units)) if affine else None
        self.running_mean, self.running_var = torch.zeros(units), torch.ones(units)

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean = x.mean(0)
            var = ((x - mean) ** 2).mean(0)
            self.move(mean.detach(), var.detach(), len(x))
        # a constant neuron has no slope through its deviation, and without eps none at all
        constant = var + self.eps == 0
        root = torch.where(constant, 0.0, torch.sqrt(torch.where(constant, 1.0, var + self.eps)))
        std = root + self.added
        x_hat = torch.where(std == 0, 0.0, x - mean) / torch.where(std == 0, 1.0, std)
        return x_hat if self.weight is None else self.weight * x_hat + self.bias

    def move(self, mean, var, m):
        if self.rate is not None:
            var = var * m / (m - 1) if self.unbiased else var
            self.running_mean = (1 - self.rate) * self.running_mean + self.rate * mean
            self.running_var = (1 - self.rate) * self.running_var + self.rate * var


def normalization(layer):
    """The module of one layer's dialect."""
    units, rate = layer["n_out"], layer["running_rate"]
    return {
        "pytorch": lambda: nn.BatchNorm1d(units, momentum=None if layer["cumulative"] else rate),
        "keras": lambda: Written(units, 1e-3, 0.0, True, rate, unbiased=False),
        "plain": lambda: Written(units, 0.0, 0.0, True, rate, unbiased=True),
        "article": lambda: Written(units, 0.0, 1.0, False, None, unbiased=True),
        "layernorm": lambda: nn.LayerNorm(units),
    }[layer["dialect"]]()


class Twin(nn.Module):
    """The network of one case."""

    def __init__(self, case):
        super().__init__()
        self.layers = case["layers"]
        self.dense = nn.ModuleList(nn.Linear(s["n_in"], s["n_out"]) for s in self.layers)
        self.norms = nn.ModuleList(
            nn.Identity() if s["placement"] == "none" else normalization(s) for s in self.layers
        )

    def train(self, mode=True):
        super().train(mode)
        for spec, norm in zip(self.layers, self.norms, strict=True):
            norm.train(mode and not spec["frozen"])
        return self

    def forward(self, x):
        for spec, dense, norm in zip(self.layers, self.dense, self.norms, strict=True):
            f = ACTIVATIONS[spec["activation"]]
            x = f(norm(dense(x))) if spec["placement"] == "before" else norm(f(dense(x)))
        return x

    def tensors(self, gradients=False):
        """Parameters, or their gradients, by layer and bnsim's letter; W is (inputs, units)."""
        found = {}
        for index, (dense, norm) in enumerate(zip(self.dense, self.norms, strict=True)):
            of = {"W": dense.weight, "b": dense.bias}
            of |= {"gamma": getattr(norm, "weight", None), "beta": getattr(norm, "bias", None)}
            for name, tensor in of.items():
                if tensor is not None:
                    value = (tensor.grad if gradients else tensor).detach().clone()
                    found[f"{index}.{name}"] = (value.T if name == "W" else value).tolist()
        return found

    def running(self):
        """Running statistics of the layers that keep them."""
        return {
            f"{index}.{name}": getattr(norm, name).tolist()
            for index, (spec, norm) in enumerate(zip(self.layers, self.norms, strict=True))
            if keeps_running(spec)
            for name in ("running_mean", "running_var")
        }


def keeps_running(spec):
    """Whether a layer has running statistics."""
    return spec["placement"] != "none" and spec["dialect"] in ("pytorch", "keras", "plain")


def random_case(number, short):
    """One configuration; tables are walked through, so that every row occurs."""
    rng = np.random.RandomState([20250, number])
    m = (2, 3, 4)[number % 3] if short else int(rng.randint(8, 17))
    depth = 1 + number % 5
    sizes = [int(n) for n in rng.randint(2, 7, depth + 1)]
    loss = ("mse", "cross_entropy")[number // 5 % 2]
    sizes[-1] = max(2, sizes[-1]) if loss == "cross_entropy" else sizes[-1]
    layers = [random_layer(rng, number, index, n, m) for index, n in enumerate(pairwise(sizes))]
    return {
        "batch": m,
        "loss": loss,
        "optimizer": tuple(OPTIMIZERS)[number % 4],
        "rate": float(rng.choice([0.01, 0.02, 0.05])),
        "layers": layers,
    }


def random_layer(rng, number, index, sizes, m):
    """A layer: any activation, dialect and placement."""
    place = number + 3 * index
    dialect = DIALECTS[(number + index) % 5]
    if m == 2 and dialect == "plain":
        dialect = "pytorch"  # two samples without epsilon are +1 and -1: no gradient at all
    placement = ("before", "after", "none")[(number // 2 + index) % 3]
    if dialect == "layernorm" and sizes[1] == 2:
        placement = "none"  # as two samples: two neurons are +1 and -1
    kept = placement != "none" and dialect in ("pytorch", "keras", "plain")
    return {
        "n_in": sizes[0],
        "n_out": sizes[1],
        "activation": tuple(ACTIVATIONS)[place % 6],
        "placement": placement,
        "dialect": dialect,
        "running_rate": {"pytorch": 0.1, "keras": 0.01}.get(dialect, float(rng.choice([0.1, 0.5]))),
        "cumulative": dialect == "pytorch" and number % 8 == 5,
        "frozen": bool(kept and rng.rand() < 0.12),
    }


def start(case, twin, rng):
    """Random parameters; running statistics that are not 0 and 1 where they are frozen."""
    with torch.no_grad():
        for spec, dense, norm in zip(case["layers"], twin.dense, twin.norms, strict=True):
            scale = np.sqrt(2.0 / spec["n_in"])
            dense.weight.copy_(torch.tensor(rng.standard_normal(dense.weight.shape) * scale))
            dense.bias.copy_(torch.tensor(rng.standard_normal(spec["n_out"]) * 0.3))
            if getattr(norm, "weight", None) is not None:
                norm.weight.copy_(torch.tensor(rng.uniform(0.5, 1.5, spec["n_out"])))
                norm.bias.copy_(torch.tensor(rng.standard_normal(spec["n_out"]) * 0.3))
            if spec["frozen"]:
                norm.running_mean.copy_(torch.tensor(rng.standard_normal(spec["n_out"]) * 0.3))
                norm.running_var.copy_(torch.tensor(rng.uniform(0.5, 2.0, spec["n_out"])))


def data_of(case, rng):
    """Three batches that are passed again and again, their targets, and fresh samples."""
    m, n_in, n_out = case["batch"], case["layers"][0]["n_in"], case["layers"][-1]["n_out"]
    x = rng.standard_normal((3, m, n_in)) * rng.uniform(0.5, 3, n_in) + rng.standard_normal(n_in)
    targets = rng.standard_normal((3, m, n_out))
    if case["loss"] == "cross_entropy":
        targets = np.eye(n_out)[rng.randint(0, n_out, (3, m))]
    return x, targets, rng.standard_normal((5, n_in))


def loss_of(case, o, t):
    """The loss by PyTorch's functions."""
    if case["loss"] == "mse":
        return nn.functional.mse_loss(o, t)
    return nn.functional.cross_entropy(o, t)


def passed(case, twin, x, t):
    """Outputs, loss and gradients of one batch in training."""
    twin.train()
    twin.zero_grad()
    x = x.clone().requires_grad_()
    o = twin(x)
    loss = loss_of(case, o, t)
    loss.backward()
    return {
        "outputs": o.tolist(),
        "loss": loss.item(),
        "gradients": {**twin.tensors(gradients=True), "0.x": x.grad.tolist()},
    }


def solve(number, short):
    """One case with everything that PyTorch says of it."""
    case = random_case(number, short)
    rng = np.random.RandomState([77, number, short])
    twin = Twin(case)
    start(case, twin, rng)
    arrays = data_of(case, rng)
    x, targets, fresh = (torch.tensor(array) for array in arrays)
    case |= {
        name: array.tolist() for name, array in zip(("x", "targets", "fresh"), arrays, strict=True)
    }
    case |= {"parameters": twin.tensors(), "running": twin.running()}
    if short:
        return case | {"first": passed(case, twin, x[0], targets[0])}
    return case | trained(case, twin, x, targets, fresh)


def trained(case, twin, x, targets, fresh):
    """Losses of all steps; parameters, running statistics and inference after some."""
    optimizer = OPTIMIZERS[case["optimizer"]](twin.parameters(), case["rate"])
    losses, after = [], {}
    for step in range(1, STEPS + 1):
        first = passed(case, twin, x[(step - 1) % 3], targets[(step - 1) % 3])
        losses.append(first["loss"])
        if optimizer is not None:
            optimizer.step()
        if step in SNAPSHOTS:
            after[step] = {"parameters": twin.tensors(), "running": twin.running()}
            if all(has_inference(spec) for spec in case["layers"]):
                after[step]["inference"] = twin.eval()(fresh).tolist()
    return {"losses": losses, "after": after}


def has_inference(spec):
    """The article has no rule for inference."""
    return spec["placement"] == "none" or spec["dialect"] != "article"


def main():
    """Write the file, the same bytes each time."""
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    cases = [solve(number, short=False) for number in range(N_LONG)]
    cases += [solve(number, short=True) for number in range(N_SHORT)]
    text = json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":"))
    OUT.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
