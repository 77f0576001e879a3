"""Train the shipped encoders of the pretext tasks, evaluate them, and compare the tasks.

python -m models.train.pretext boxes --task rotation   train one, or go on with it
python -m models.train.pretext boxes --ship            write all checkpoints as weights
python -m models.train.pretext boxes --evaluate        score the checkpoints
python -m models.train.pretext --compare               every task, 3 seeds, equal CPU seconds, drawn

A comparison that is stopped goes on where it was: a row is written as soon as it is measured, and
those of other code are measured anew.
The tasks on pictures learn from crops of 32 pixels of real photos (`boxes` is the folder), those on
clips from drawn clips. The rate falls linearly to 0 over all of a training's steps.
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import Any, get_args

import torch
from torch import Generator, Tensor

from models.data.clips import draw_clips
from models.data.objects import CLASSES as DRAWN_CLASSES
from models.data.objects import draw_objects
from models.measures import PretextTask
from models.representation.downstream import (
    LABELS,
    Downstream,
    answered,
    features_of,
    guessed,
    of_classes,
    of_objects,
)
from models.representation.pretext import BINS, TASKS
from models.representation.pretext_network import (
    PretextNetwork,
    loss_of,
    rebalanced,
    right_of,
)
from models.representation.pretext_training import (
    PUZZLES,
    Material,
    Pretext,
    PretextSettings,
    Puzzles,
    color_shares,
)
from models.representation.shipped import FILE, SHIPPED, save_shipped
from models.representation.tuning import tuned
from models.train.run import Report, Run, train
from models.train.scores import SCORES_FILE, begun, provenance, write_scores
from models.train.small_crops import CLASSES, load_small_crops

RATE, DECAY = 2e-3, 1e-4
PLAIN, CLIPS = 60_000, 2_000  # crops without a class, clips, to learn from
FIRST_HELD_OUT = 500_000  # seeds of drawn pictures from here on are never trained on
# Steps and pictures (or clips) a step; each takes one to eight minutes of a core by itself.
LENGTHS: dict[PretextTask, tuple[int, int]] = {
    "rotation": (12000, 128),
    "patch": (20000, 128),
    "color": (3000, 128),  # from here on its own held-out accuracy fell
    "regression": (2500, 128),
    "masked": (6000, 128),
    "order": (3000, 64),
    "sort": (2500, 64),
    "speed": (2500, 64),
    "frame": (1400, 64),
    "simclr": (3500, 128),
    "supervised": (1500, 128),
}
SEEDS, SECONDS = 3, 30.0  # of the comparison
DRAWN, DRAWN_CLIPS = 2000, 800  # pictures and clips that it learns from


def photos_of(folder: Path) -> Material:
    """Small crops of real photos; those to test on come from the split "val"."""
    seen, held = load_small_crops(folder, "train", PLAIN), load_small_crops(folder, "val", PUZZLES)
    every = torch.cat([seen.plain, seen.images])
    unknown = torch.full((len(seen.plain),), -1)
    labels = torch.cat([unknown, seen.labels])
    return Material(every, held.images, labels, held.labels, len(CLASSES))


def labeled(material: Material) -> Material:
    """Those of them whose class is known."""
    assert material.labels is not None
    known = material.labels >= 0
    return material._replace(train=material.train[known], labels=material.labels[known])


def clips_of() -> Material:
    clips, held = draw_clips(CLIPS, 0), draw_clips(PUZZLES, FIRST_HELD_OUT)
    return Material(clips.frames, held.frames)


def material_of(task: PretextTask, folder: Path) -> Material:
    if TASKS[task].video:
        return clips_of()
    return labeled(photos_of(folder)) if task == "supervised" else photos_of(folder)


def balance(task: PretextTask, material: Material) -> Tensor:
    if TASKS[task].answer != "bins":
        return torch.ones(BINS)
    return rebalanced(color_shares(material.train))


def drawn_downstream(seed: int) -> Downstream:
    held = FIRST_HELD_OUT + seed
    return of_objects(draw_objects(1000, held), draw_objects(500, held + 1000))


def learn(args: argparse.Namespace) -> None:
    """Train one task's network until its rate has fallen to 0; a stopped training goes on."""
    task: PretextTask = args.task
    material = material_of(task, args.boxes)
    steps, batch = (args.steps or LENGTHS[task][0]), LENGTHS[task][1]
    network = PretextNetwork(task, torch.Generator().manual_seed(args.seed), material.classes)
    groups = [{"params": list(network.parameters()), "peak": RATE}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, weight_decay=DECAY, fused=True)
    run = Run(network, optimizer, checkpoint_of(args, task), steps)
    weights = balance(task, material)

    def losses_of(model: PretextNetwork, step: int, generator: Generator) -> list[Tensor]:
        chosen = torch.randint(len(material.train), (batch,), generator=generator)
        labels = None if material.labels is None else material.labels[chosen]
        pictures = mirrored(material.train[chosen], generator)
        puzzle = Puzzles(PretextSettings(task), generator).make(pictures, labels)
        return [loss_of(model, model(puzzle.inputs), puzzle, weights)]

    def tell(model: PretextNetwork) -> Report:
        share = solved(model, material, weights)
        return Report(f"{task}: own task {share:.3f}", {"own": share})

    train(run, range(run.step, steps), losses_of, tell, args)


def mirrored(pictures: Tensor, generator: Generator) -> Tensor:
    """Half of the pictures or clips [N, ..., S, S] with left and right exchanged: what a task asks
    stays the same, and there are twice as many.
    """
    chosen = torch.rand(len(pictures), generator=generator) < 0.5
    out = pictures.clone()
    out[chosen] = pictures[chosen].flip(-1)
    return out


def checkpoint_of(args: argparse.Namespace, task: str) -> Path:
    return Path(args.checkpoints) / f"{task}.pt"


def solved(network: PretextNetwork, material: Material, weights: Tensor) -> float:
    """How well the held-out puzzles of the own task are solved (`right_of`), over ten draws."""
    network.eval()
    found = []
    labels = None if material.test_labels is None else material.test_labels[:PUZZLES]
    for seed in range(10):
        puzzles = Puzzles(PretextSettings(network.name), torch.Generator().manual_seed(seed))
        puzzle = puzzles.make(material.test[:PUZZLES], labels)
        with torch.no_grad():
            found.append(right_of(network, network(puzzle.inputs), puzzle, weights))
    return statistics.fmean(found)


def trained(args: argparse.Namespace) -> dict[PretextTask, tuple[PretextNetwork, dict[str, Any]]]:
    """The averaged networks of all checkpoints, and what else they hold."""
    found: dict[PretextTask, tuple[PretextNetwork, dict[str, Any]]] = {}
    for task in get_args(PretextTask):
        path = checkpoint_of(args, task)
        if path.exists():
            saved = torch.load(path, map_location="cpu", weights_only=True)
            network = PretextNetwork(task, torch.Generator().manual_seed(0), len(CLASSES))
            network.load_state_dict(saved["average"])
            found[task] = network, saved
    return found


def ship(args: argparse.Namespace) -> None:
    """Write the networks that are shipped into one file."""
    facts = provenance("models.train.pretext")
    networks: dict[PretextTask, PretextNetwork] = {}
    for task, (network, saved) in trained(args).items():
        if task in SHIPPED:
            networks[task] = network
            facts[f"{task} steps"] = str(saved["step"])
            facts[f"{task} seconds"] = str(round(saved["seconds"]))
    save_shipped(networks, facts, Path(args.weights))
    print(f"wrote {args.weights}: {', '.join(networks)}")


Table = dict[str, dict[str, float]]  # question -> labels per answer -> accuracy


def table_of(network: PretextNetwork, downstream: Downstream, draws: int) -> Table:
    """Mean accuracy for each question and number of labels; "all" for the last."""
    features = features_of(network.encoder, downstream)
    table: Table = {}
    for question, asked in downstream.asked.items():
        table[question] = {
            name_of(labels): statistics.fmean(answered(features, asked, labels, draws))
            for labels in LABELS
        }
    return table


def tuned_table(network: PretextNetwork, downstream: Downstream, draws: int) -> Table:
    """The same after fine-tuning the encoder."""
    return {
        question: {
            name_of(labels): statistics.fmean(
                tuned(network.encoder, downstream, asked, labels, draws)
            )
            for labels in LABELS
        }
        for question, asked in downstream.asked.items()
    }


def name_of(labels: int) -> str:
    return "all" if labels == LABELS[-1] else str(labels)


def evaluate(args: argparse.Namespace) -> None:
    """Score the networks of all checkpoints, and an untrained one, on photos and drawn pictures."""
    photos = labeled(photos_of(args.boxes))
    real = of_classes(photos.train, photos.labels, photos.test, photos.test_labels, photos.classes)
    drawn = drawn_downstream(0)
    rows: dict[str, Any] = {}
    rows["untrained"] = scores_of(untrained(0), real, drawn)
    for task, (network, saved) in trained(args).items():
        material = material_of(task, args.boxes)
        own = solved(network, material, balance(task, material))
        told = {"own": own, "steps": saved["step"], "seconds": round(saved["seconds"])}
        rows[task] = {**scores_of(network, real, drawn), **told}
        print(task, rows[task], flush=True)
    guesses: dict[str, float] = {q: guessed(asked) for q, asked in drawn.asked.items()}
    facts = {
        "photos": {"to learn from": len(real.train), "to test on": len(real.test)},
        "guessed": {"photos": guessed(real.asked["class"]), **guesses},
        "unlabeled": PLAIN,
    }
    entry = {**provenance("models.train.pretext"), **facts, "tasks": rows}
    write_scores(Path(args.scores), "pretext", entry)


def untrained(seed: int) -> PretextNetwork:
    return PretextNetwork("rotation", torch.Generator().manual_seed(seed))


def scores_of(network: PretextNetwork, real: Downstream, drawn: Downstream) -> dict[str, Any]:
    return {"photos": table_of(network, real, 5)["class"], "drawn": table_of(network, drawn, 3)}


COMPARED = "pretext_compared"


def compare(args: argparse.Namespace) -> None:
    """Train every task anew on drawn pictures, for as many CPU seconds and with several seeds, and
    ask its encoder every question, with a probe of its features and by fine-tuning it.
    """
    path = Path(args.scores)
    rows = begun(path, COMPARED, "tasks", seconds=args.seconds, seeds=args.seeds)
    asked = drawn_downstream(0).asked
    entry = {
        **provenance("models.train.pretext"), "seconds": args.seconds, "seeds": args.seeds,
        "guessed": {question: guessed(one) for question, one in asked.items()},
    }  # fmt: skip
    for seed in range(args.seeds):
        downstream = drawn_downstream(seed)
        for task in ("untrained", *get_args(PretextTask)):
            row, commit = rows.setdefault(task, {}), entry["commit"]
            if row.get(str(seed), {}).get("commit") == commit:
                print(seed, task, "is recorded", flush=True)
                continue
            network, told = untrained(seed), {"own": None, "steps": 0}
            if task != "untrained":
                network, told = compared(task, seed, args.seconds)
            worth = {
                "asked": table_of(network, downstream, 2),
                "tuned": tuned_table(network, downstream, 2),
            }
            row[str(seed)] = {**told, **worth, "commit": commit}
            print(seed, task, told, flush=True)
            write_scores(path, COMPARED, {**entry, "tasks": rows})


def compared(task: PretextTask, seed: int, seconds: float) -> tuple[PretextNetwork, dict[str, Any]]:
    """A network after so many CPU seconds of its task, how well it solves it, and its steps."""
    training = Pretext(PretextSettings(task, seed=seed), drawn_material(task, seed))
    end = time.process_time() + seconds
    while time.process_time() < end:
        training.train(10)
    own = float(training.history.row("accuracy")[-5:].mean())
    return training.network, {"own": own, "steps": training.step}


def drawn_material(task: PretextTask, seed: int) -> Material:
    if TASKS[task].video:
        clips, unseen = draw_clips(DRAWN_CLIPS, seed), draw_clips(PUZZLES, FIRST_HELD_OUT + seed)
        return Material(clips.frames, unseen.frames)
    objects, held = draw_objects(DRAWN, seed), draw_objects(PUZZLES, FIRST_HELD_OUT + 5000 + seed)
    return Material(objects.images, held.images, objects.classes, held.classes, len(DRAWN_CLASSES))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("boxes", type=Path, nargs="?", help="the folder with annotations.json")
    parser.add_argument("--task", choices=get_args(PretextTask))
    parser.add_argument("--ship", action="store_true", help="write weights from the checkpoints")
    parser.add_argument("--evaluate", action="store_true", help="score the checkpoints")
    parser.add_argument("--compare", action="store_true", help="all tasks on drawn pictures")
    parser.add_argument("--weights", default=str(FILE), help="(%(default)s)")
    parser.add_argument("--scores", default=str(SCORES_FILE), help="(%(default)s)")
    parser.add_argument("--checkpoints", default="checkpoints/pretext", help="(%(default)s)")
    parser.add_argument("--steps", type=int, help="instead of the task's own number")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of CPU, compared")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="torch's threads (0: its choice)")
    parser.add_argument("--evaluate-every", type=int, default=1000, metavar="STEPS")
    parser.add_argument("--save-every", type=float, default=60, metavar="SECONDS")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.compare:
        compare(args)
    elif args.boxes is None:
        parser.error("the folder of the photos is missing")
    elif args.ship:
        ship(args)
    elif args.evaluate:
        evaluate(args)
    elif args.task:
        learn(args)
    else:
        parser.error("one of --task, --ship, --evaluate, --compare")


if __name__ == "__main__":
    main()
