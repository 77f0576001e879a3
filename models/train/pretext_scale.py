"""Record downstream accuracy by number of unlabeled pictures and size of the network.

python -m models.train.pretext_scale --threads 1    every cell that the file has not yet, 3 seeds

A command that is stopped goes on where it was: a cell is written as soon as it is measured.
"""

import argparse
from pathlib import Path
from typing import Any

import torch

from models.representation.downstream import Downstream, guessed
from models.representation.pretext_scale import (
    COUNTS,
    STEPS,
    TIMES,
    downstream_of,
    first,
    material_of,
    training_of,
)
from models.representation.pretext_training import Material, Pretext
from models.representation.sizes import encoder_parameters
from models.train.pretext import table_of
from models.train.scores import SCORES_FILE, begun, provenance, write_scores

NAME = "pretext_scale"
SEEDS = 3
Cells = dict[str, dict[str, dict[str, Any]]]  # by times, count and seed


def cell_of(training: Pretext, steps: int, downstream: Downstream) -> dict[str, Any]:
    """What one training gave: its own task's accuracy, and what its features tell."""
    training.train(steps)
    own = float(training.history.row("accuracy")[-5:].mean())
    return {"own": own, "asked": table_of(training.network, downstream, 2)}


def record(path: Path, seeds: int, steps: int) -> None:
    cells: Cells = begun(path, NAME, "cells", steps=steps)
    for seed in range(seeds):
        downstream = downstream_of(seed)
        entry = {
            **provenance("models.train.pretext_scale"),
            "task": "rotation", "steps": steps, "seeds": seeds,
            "counts": list(COUNTS), "times": list(TIMES),
            "parameters": {str(times): encoder_parameters(times) for times in TIMES},
            "guessed": {q: guessed(asked) for q, asked in downstream.asked.items()},
        }  # fmt: skip
        record_seed(path, entry, cells, seed, downstream)


def record_seed(
    path: Path, entry: dict[str, Any], cells: Cells, seed: int, downstream: Downstream
) -> None:
    material: Material = material_of(COUNTS[-1], seed)
    for times in TIMES:
        for count in COUNTS:
            row = cells.setdefault(str(times), {}).setdefault(str(count), {})
            if str(seed) in row:
                continue
            training = training_of(first(material, count), times, seed)
            row[str(seed)] = cell_of(training, entry["steps"], downstream)
            print(seed, times, count, row[str(seed)]["asked"]["class"], flush=True)
            write_scores(path, NAME, {**entry, "cells": cells})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scores", default=str(SCORES_FILE), help="(%(default)s)")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--steps", type=int, default=STEPS, help="of each training")
    parser.add_argument("--threads", type=int, default=0, help="torch's threads (0: its choice)")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    record(Path(args.scores), args.seeds, args.steps)


if __name__ == "__main__":
    main()
