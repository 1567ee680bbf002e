"""The phases by name, with their meanings, and how a moment is written."""

from __future__ import annotations

START, END = "start", "end"

PHASES = {
    START: "before the first sample of the batch",
    "forward": "a sample has passed a layer",
    "arrive": "a sample has arrived in the tray of a batch normalization",
    "mean": "the mean of the batch is known",
    "variance": "the variance of the batch is known",
    "normalize": "the batch is standardized",
    "scale": "the batch is scaled by gamma and shifted by beta",
    "leave": "a sample has left the tray",
    "loss": "the loss of the batch is known",
    "backward": "the gradients of a layer are known",
    "update": "the parameters have moved",
    END: "the batch is over",
}
"""Name in commands and files -> the moment after it."""

HELP = f"""\
MOMENT is batch:phase[:layer[:sample]], counted from 1: the moment after that operation.
  1:start        {PHASES[START]}
  2:forward:1:3  batch 2, sample 3 has passed layer 1
  1:normalize:1  batch 1, the batch normalization at layer 1 has standardized its batch
  1:end          {PHASES[END]}
Phases: {", ".join(PHASES)}.
Without a layer or a sample the last operation that fits is meant."""
