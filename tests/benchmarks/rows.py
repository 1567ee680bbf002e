"""The rows: what is timed against what, and how good the ratio shall be."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from peers import AGREEMENT, PEERS, Net, Ours, disagreement, problem_of
from timing import Ratio, ratio

from bnsim.sim.run import Run
from bnsim.sim.spec import BatchNorm, Data, Layer, Optimizer, Scenario

NETS = (
    Net("2-4-2-1", (2, 4, 2, 1), 10),
    Net("2-8x6-1", (2, *[8] * 6, 1), 10),
    Net("64-100x3-10", (64, 100, 100, 100, 10), 60),
    Net("784-512-512-10", (784, 512, 512, 10), 128),
)
BATCHES_BEFORE_SEEK = 100_000
SCENES = (("article", "graph"), ("cascade", "graph"), ("cascade", "loss"))


class SkippedError(Exception):
    """Why a row cannot be measured here."""


class Row(NamedTuple):
    """A ratio, its goal (at least or at most), and how it is measured in so many rounds."""

    name: str
    what: str
    goal: float
    at_least: bool
    measure: Callable[[int], Ratio]

    def is_met(self, value: float) -> bool:
        return value >= self.goal if self.at_least else value <= self.goal


def rows() -> Iterator[Row]:
    tiny, small, middle, large = NETS
    for net, goal in ((tiny, 10.0), (small, 8.0), (middle, 2.0)):
        yield Row(
            f"torch-{net.name}", "PyTorch / ours", goal, True, partial(over_peer, "torch", net)
        )
    yield Row(
        f"torch-{large.name}", "ours / PyTorch", 1.25, False, partial(under_peer, "torch", large)
    )
    for net in (tiny, small):
        yield Row(f"naive-{net.name}", "naive / ours", 3.0, True, partial(over_peer, "naive", net))
    for net in NETS:
        goal = 1.05 if net in (tiny, small) else 1.10
        yield Row(f"history-{net.name}", "with / without", goal, False, partial(history, net))
    yield Row(f"seek-{tiny.name}", "seek / step", 32.0, False, partial(seek, tiny))
    yield Row("gif", "Pillow / ours", 8.0, True, partial(of_export, "gif"))
    for scenario, picture in SCENES:
        draw = partial(of_export, "vector", scenario, picture)
        yield Row(f"svg-{scenario}-{picture}", "ours / Qt", 1.5, False, draw)


def of_export(name: str, *arguments: object) -> Ratio:
    """A row about export: only these need Qt and Pillow."""
    try:
        module = importlib.import_module("export_rows")
    except ImportError as missing:
        raise SkippedError(f"{missing.name} is not installed") from missing
    return getattr(module, name)(*arguments)


def over_peer(peer: str, net: Net, rounds: int) -> Ratio:
    ours, theirs = _pair(peer, net)
    return ratio(theirs, ours, rounds)


def under_peer(peer: str, net: Net, rounds: int) -> Ratio:
    ours, theirs = _pair(peer, net)
    return ratio(ours, theirs, rounds)


def _pair(peer: str, net: Net):
    """Two networks that were just seen to compute the same numbers."""
    if importlib.util.find_spec("torch") is None and peer == "torch":
        raise SkippedError("PyTorch is not installed; pip install 'bnsim[bench]'")
    problem = problem_of(net)
    ours, theirs = Ours(problem), PEERS[peer](problem)
    apart = disagreement(ours, theirs)
    if apart > AGREEMENT:
        raise SkippedError(f"the two disagree by {apart:.1e}: their times say nothing")
    return ours, theirs


def history(net: Net, rounds: int) -> Ratio:
    """A run's step, which keeps states and losses, over the engine's on the same batches.

    The run is long enough to have filled its keyframes once: before that the system still
    hands out the memory, page by page.
    """
    run, bare = (Run(scenario_of(net), "with") for _ in range(2))
    while run._history.interval == 1:
        run.advance(run.computed + 1, 0.0)
    network, counted = bare._network, iter(range(10**9))

    def step_without() -> None:
        samples = bare.samples(next(counted))
        network.step(bare.inputs[samples], bare.targets[samples])

    def step_with() -> None:
        run.advance(run.computed + 1, 0.0)

    return ratio(step_with, step_without, rounds)


def seek(net: Net, rounds: int) -> Ratio:
    """Any batch of a long run, nothing cached, over a step of the same run.

    Both sides of a round count whole calls, so a round is the mean of many seeks; the median
    of the rounds is thus above the median seek.
    """
    run, fresh = (Run(scenario_of(net), "with") for _ in range(2))
    run.advance(BATCHES_BEFORE_SEEK, 3600.0)
    batches = np.random.RandomState(0).randint(0, BATCHES_BEFORE_SEEK, 10_000)
    wanted = iter(np.resize(batches, 10**7).tolist())

    def record() -> None:
        run._records.clear()
        run.record(next(wanted))

    return ratio(record, lambda: fresh.advance(fresh.computed + 1, 0.0), rounds)


def scenario_of(net: Net) -> Scenario:
    """The network as a scenario, with ten batches of samples."""
    rng = np.random.RandomState(0)
    x, targets = (rng.standard_normal((10 * net.batch, n)) for n in (net.sizes[0], net.sizes[-1]))
    hidden = [
        Layer(units=units, activation="tanh", batch_norm=BatchNorm()) for units in net.sizes[1:-1]
    ]
    return Scenario(
        version=1,
        name="benchmark",
        title="Benchmark",
        data=Data(x=x.tolist(), targets=targets.tolist()),
        layers=[*hidden, Layer(units=net.sizes[-1], activation="identity")],
        batch_size=net.batch,
        batches=1_000_000,
        loss="mse",
        optimizer=Optimizer(name="sgd", rate=0.01),
    )
