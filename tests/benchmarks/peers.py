"""One training step of the same network, by bnsim, by a naive NumPy textbook, and by PyTorch.

Every hidden layer is dense, batch normalization in PyTorch's dialect, tanh; the last is dense
alone.  The loss is the mean squared error, the optimizer plain gradient descent, in float64.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from bnsim.engine.network import LayerPlan, Network, Plan

RATE, EPS, RUNNING_RATE = 0.01, 1e-5, 0.1
AGREEMENT, STEPS_COMPARED = 1e-9, 5


class Net(NamedTuple):
    """The sizes of a network from inputs to outputs, and of its batches."""

    name: str
    sizes: tuple[int, ...]
    batch: int


class Problem(NamedTuple):
    """What every peer starts from: one batch, and (W, b) of each layer."""

    net: Net
    x: np.ndarray
    targets: np.ndarray
    layers: list[tuple[np.ndarray, np.ndarray]]


class Peer(Protocol):
    """A network that trains on the batch of its problem."""

    def __call__(self) -> None:
        """Train one step."""

    def arrays(self) -> Iterator[np.ndarray]:
        """W, b and in hidden layers gamma, beta, running mean and variance, layer by layer."""


def problem_of(net: Net) -> Problem:
    rng = np.random.RandomState(0)
    shapes = list(pairwise(net.sizes))
    layers = [(rng.standard_normal(s) / np.sqrt(s[0]), rng.standard_normal(s[1])) for s in shapes]
    x, targets = (rng.standard_normal((net.batch, n)) for n in (net.sizes[0], net.sizes[-1]))
    return Problem(net, x, targets, layers)


def disagreement(a: Peer, b: Peer) -> float:
    """The largest relative difference of an array after a few steps of both."""
    for _ in range(STEPS_COMPARED):
        a()
        b()
    pairs = zip(a.arrays(), b.arrays(), strict=True)
    return max(float(np.abs(p - q).max() / (np.abs(q).max() + 1e-300)) for p, q in pairs)


def plan_of(net: Net) -> Plan:
    last = len(net.sizes) - 2
    layers = (
        LayerPlan(*shape, *(("identity", "none") if layer == last else ("tanh", "before")))
        for layer, shape in enumerate(pairwise(net.sizes))
    )
    return Plan(tuple(layers), net.batch, "mse", "sgd", RATE)


class Ours:
    """The engine of bnsim."""

    def __init__(self, problem: Problem) -> None:
        self.network = Network(plan_of(problem.net))
        self.x, self.targets = problem.x, problem.targets
        for layer, (W, b) in enumerate(problem.layers):
            self.network.view(layer, "W")[...], self.network.view(layer, "b")[...] = W, b

    def __call__(self) -> None:
        self.network.step(self.x, self.targets)

    def arrays(self) -> Iterator[np.ndarray]:
        names = ("W", "b", "gamma", "beta", "running_mean", "running_var")
        for layer in range(len(self.network.plan.layers)):
            had = self.network.layout.names(layer)
            yield from (self.network.view(layer, name) for name in names if name in had)


class NaiveLayer:
    """A layer as a first course writes it down."""

    def __init__(self, W: np.ndarray, b: np.ndarray, is_last: bool) -> None:
        self.is_last = is_last
        self.W, self.b = W.copy(), b.copy()
        self.gamma, self.beta = np.ones(len(b)), np.zeros(len(b))
        self.running_mean, self.running_var = np.zeros(len(b)), np.ones(len(b))

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        z = x @ self.W + self.b
        if self.is_last:
            return z
        m = len(z)
        mean, var = z.mean(axis=0), z.var(axis=0)
        self.std = np.sqrt(var + EPS)
        self.x_hat = (z - mean) / self.std
        self.a = np.tanh(self.gamma * self.x_hat + self.beta)
        self.running_mean = (1 - RUNNING_RATE) * self.running_mean + RUNNING_RATE * mean
        unbiased = var * m / (m - 1)
        self.running_var = (1 - RUNNING_RATE) * self.running_var + RUNNING_RATE * unbiased
        return self.a

    def backward(self, d_a: np.ndarray) -> np.ndarray:
        d_z = d_a if self.is_last else self.backward_through_the_batch(d_a * (1 - self.a**2))
        self.d_W, self.d_b = self.x.T @ d_z, d_z.sum(axis=0)
        return d_z @ self.W.T

    def backward_through_the_batch(self, d_y: np.ndarray) -> np.ndarray:
        self.d_gamma, self.d_beta = (d_y * self.x_hat).sum(axis=0), d_y.sum(axis=0)
        d_x_hat = d_y * self.gamma
        from_var = self.x_hat * (d_x_hat * self.x_hat).mean(axis=0)
        return (d_x_hat - d_x_hat.mean(axis=0) - from_var) / self.std

    def update(self) -> None:
        self.W -= RATE * self.d_W
        self.b -= RATE * self.d_b
        if not self.is_last:
            self.gamma -= RATE * self.d_gamma
            self.beta -= RATE * self.d_beta


class Naive:
    """The textbook, an expression a line, without a thought for speed."""

    def __init__(self, problem: Problem) -> None:
        self.x, self.targets = problem.x, problem.targets
        last = len(problem.layers) - 1
        self.layers = [NaiveLayer(W, b, i == last) for i, (W, b) in enumerate(problem.layers)]

    def __call__(self) -> None:
        out = self.x
        for layer in self.layers:
            out = layer.forward(out)
        self.loss = np.mean((out - self.targets) ** 2)
        d_out = 2 * (out - self.targets) / out.size
        for layer in reversed(self.layers):
            d_out = layer.backward(d_out)
        for layer in self.layers:
            layer.update()

    def arrays(self) -> Iterator[np.ndarray]:
        for layer in self.layers:
            yield from (layer.W, layer.b)
            if not layer.is_last:
                yield from (layer.gamma, layer.beta, layer.running_mean, layer.running_var)


class Torch:
    """PyTorch, eager, on one thread."""

    def __init__(self, problem: Problem) -> None:
        torch = importlib.import_module("torch")
        torch.set_num_threads(1)
        self.x, self.targets = torch.from_numpy(problem.x), torch.from_numpy(problem.targets)
        modules = [self._dense(torch, W, b) for W, b in problem.layers]
        for index in reversed(range(1, len(modules))):
            norm = torch.nn.BatchNorm1d(problem.net.sizes[index], dtype=torch.float64)
            modules[index:index] = [norm, torch.nn.Tanh()]
        self.model = torch.nn.Sequential(*modules)
        self.loss = torch.nn.MSELoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=RATE)

    def _dense(self, torch, W: np.ndarray, b: np.ndarray):
        dense = torch.nn.Linear(*W.shape, dtype=torch.float64)
        dense.weight.data, dense.bias.data = torch.tensor(W.T), torch.tensor(b)
        return dense

    def __call__(self) -> None:
        self.optimizer.zero_grad()
        self.loss(self.model(self.x), self.targets).backward()
        self.optimizer.step()

    def arrays(self) -> Iterator[np.ndarray]:
        for module in self.model:
            for name in ("weight", "bias", "running_mean", "running_var"):
                if hasattr(module, name):
                    array = getattr(module, name).detach().numpy()
                    yield array.T if array.ndim == 2 else array


PEERS: dict[str, Callable[[Problem], Peer]] = {"naive": Naive, "torch": Torch}
