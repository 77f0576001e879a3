"""Train the trunk's late blocks, the RPN and both detectors' heads, jointly, or evaluate them.

python -m models.train.detectors --data DIR             train, from the checkpoint if there is one
python -m models.train.detectors --data DIR --fall N    let the rate fall to 0 over N steps, and end
python -m models.train.detectors --ship                 write the checkpoint's average as weights
python -m models.train.detectors --evaluate DIR         score the weights on DIR's val photos
python -m models.train.detectors --course               note the checkpoint's scores along its way

The trunk starts from ImageNet's weights. The rate stays constant until a fall is asked for, and a
moving average of the weights is kept, so there is a useful network at any time: stop the command
(SIGTERM or Ctrl-C saves first), run it again to go on, and add --fall when the time for the end has
come. Training is seeded; a GPU is used where there is one (with --workers: it waits for crops).
"""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from models.boxes.anchors import AnchorSpec
from models.detection.detectors import Detectors
from models.detection.imagenet import load_trunk
from models.detection.one_stage import Detections
from models.detection.preprocess import INPUT_SIZE, normalize
from models.detection.shipped import (
    PHOTO_FILES,
    DetectorFiles,
    load_detectors,
    save_detectors,
)
from models.detection.weights import FOLDER
from models.train.batched_losses import one_stage_losses, rpn_losses, two_stage_losses
from models.train.box_data import (
    CLASSES,
    Batch,
    Crop,
    Crops,
    DrawSampler,
    Photo,
    collate,
    load_photos,
)
from models.train.evaluation import (
    Table,
    describe,
    look,
    means_of,
    precision_table,
    recall_table,
)
from models.train.run import Report, Run, add_arguments, course_of, facts_of, last_step, train
from models.train.scores import SCORES_FILE, median_cpu_ms, provenance, write_scores
from models.train.targets import Targets, make_targets

SIZES = (256, 288)  # pixels, the side of a training crop, where nothing else is asked for
# COCO's photos are few, but the only ones with everything labeled; detectors learn from VOC's.
SHARES = {"coco2017": 0.37, "voc_5class": 0.47, "groceries5k": 0.16}
# For the detectors only: what is not a labeled car in VOC's photos is no car. On the shelves,
# packages in the background carry no box.
CLASS_NEGATIVE_WEIGHT = {"coco2017": 1.0, "voc_5class": 1.0, "groceries5k": 0.25}
TRUNK_RATE, HEAD_RATE, DECAY = 3e-4, 1.2e-3, 0.02
VOC = CLASSES[:5]


def make_detectors(seed: int) -> Detectors:
    """A network with ImageNet's trunk, frozen where fine-tuning leaves it alone, and new heads."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Detectors(len(CLASSES))
    model.backbone.trunk.load_state_dict(load_trunk().state_dict())
    model.backbone.trunk.freeze()
    return model.to(memory_format=torch.channels_last)


def make_optimizer(model: Detectors, rate: float = 1.0) -> torch.optim.AdamW:
    """AdamW with a smaller rate for the trunk, which has learned before."""
    trunk = [p for p in model.backbone.trunk.parameters() if p.requires_grad]
    known = {id(p) for p in model.backbone.trunk.parameters()}
    rest = [p for p in model.parameters() if id(p) not in known]
    groups = [
        {"params": trunk, "peak": rate * TRUNK_RATE},
        {"params": rest, "peak": rate * HEAD_RATE},
    ]
    return torch.optim.AdamW(groups, lr=HEAD_RATE, weight_decay=DECAY, fused=True)


class Examples(NamedTuple):
    """Crops, and what they ask of the network."""

    batch: Batch
    targets: Targets


class Gather:
    """Crops -> `Examples`, in the processes that make the crops; each draw has its own seed."""

    def __init__(self, spec: AnchorSpec, seed: int) -> None:
        self.spec, self.seed = spec, seed

    def __call__(self, crops: list[Crop]) -> Examples:
        batch = collate(crops)
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + crops[0].draw)
        return Examples(batch, make_targets(batch, self.spec, CLASS_NEGATIVE_WEIGHT, generator))


def losses_of_batch(
    model: Detectors, examples: Examples, generator: torch.Generator, mixed: bool
) -> list[Tensor]:
    """Classification and regression of RPN, one stage and second stage, whose sum is minimized."""
    device = next(model.parameters()).device
    images = examples.batch.images.to(device, non_blocking=True)
    targets = examples.targets.to(device)
    on_device = torch.Generator(device).manual_seed(generator.initial_seed())
    with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
        with torch.no_grad():
            at8 = model.backbone.trunk.early(normalize(images))
        output = model.heads(model.backbone.fuse(at8))
        second = two_stage_losses(model, output, targets, on_device)
    return [*rpn_losses(output.rpn, targets), *one_stage_losses(output, targets), *second]


def start(args: argparse.Namespace) -> Run[Detectors]:
    """The training that the checkpoint holds, or a new one."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = make_detectors(args.seed).to(device)
    return Run(model, make_optimizer(model, args.rate), Path(args.checkpoint), args.fall)


def train_on_photos(args: argparse.Namespace) -> None:
    """Train until a fall has ended, `args.steps` are done or somebody stops it."""
    run = start(args)
    end = last_step(run, args)
    held_out = load_photos(Path(args.data), "val")
    batches = DataLoader(
        Crops(load_photos(Path(args.data), "train"), args.seed, SHARES),
        batch_sampler=DrawSampler(run.step, end, args.batch, tuple(args.crops)),
        collate_fn=Gather(run.model.anchors, args.seed),
        num_workers=args.workers,
        pin_memory=torch.cuda.is_available(),
    )

    def losses_of(model: Detectors, examples: Examples, own: torch.Generator) -> list[Tensor]:
        return losses_of_batch(model, examples, own, args.mixed)

    train(run, batches, losses_of, lambda model: brief(model, held_out, args.size), args)


def brief(model: Detectors, photos: list[Photo], size: int) -> Report:
    """Recall on COCO's photos and AP on a third of VOC's, in a few lines; AP is kept."""
    model.eval()
    coco = [p for p in photos if p.source == "coco2017"]
    voc = [p for p in photos if p.source == "voc_5class"][::3]
    recall = recall_table(lambda photo: look(model, photo, size).proposals, coco)["coco2017"]
    seen = {photo.name: look(model, photo, size) for photo in voc}
    on_voc = recall_table(lambda photo: seen[photo.name].proposals, voc)["voc_5class"]
    one = precision_table(lambda photo: seen[photo.name].one_stage, voc, CLASSES, VOC)
    two = precision_table(lambda photo: seen[photo.name].two_stage, voc, CLASSES, VOC)
    text = (
        f"coco2017 {describe(recall)}\n  voc_5class {describe(on_voc)}\n"
        f"  one-stage AP50 {describe(one['AP50'])} AP75 {one['AP75']['mean']:.3f}\n"
        f"  two-stage AP50 {describe(two['AP50'])} AP75 {two['AP75']['mean']:.3f}"
    )
    return Report(text, means_of({"one_stage": one, "two_stage": two}))


def note_course(args: argparse.Namespace) -> None:
    """Write what the checkpoint's reports said, at half the training too, where pages read it."""
    facts = provenance("models.train.detectors")
    write_scores(Path(args.scores), "detectors_course", {**facts, **course_of(start(args), args)})


def ship(args: argparse.Namespace) -> None:
    """Write the moving average of the checkpoint as the files that are shipped."""
    run = start(args)
    facts = {**facts_of(run, args, "crops"), **provenance("models.train.detectors")}
    save_detectors(run.average, files_in(Path(args.weights)), CLASSES, facts)
    print(f"wrote {args.weights}: {run.step} steps, {run.seconds:.0f} seconds")


def files_in(folder: Path) -> DetectorFiles:
    """The photo detector's files in a folder."""
    return DetectorFiles(*(folder / path.name for path in PHOTO_FILES if path))


def scores_by_class(found: dict[str, Detections], photos: list[Photo]) -> dict[str, Table]:
    """Average precision where classes are labeled: five in VOC, packages on shelves."""
    chosen = {"voc_5class": VOC, "groceries5k": ("package",)}
    return {
        source: precision_table(
            lambda photo: found[photo.name],
            [photo for photo in photos if photo.source == source],
            CLASSES,
            names,
        )
        for source, names in chosen.items()
    }


def scores_at(model: Detectors, photos: list[Photo], size: int) -> dict[str, Any]:
    """All scores of all val photos with the input's longer side `size` pixels."""
    seen = {photo.name: look(model, photo, size) for photo in tqdm(photos, desc=f"{size} px")}
    stages = {
        "one_stage": scores_by_class({n: both.one_stage for n, both in seen.items()}, photos),
        "two_stage": scores_by_class({n: both.two_stage for n, both in seen.items()}, photos),
    }
    recall = recall_table(lambda photo: seen[photo.name].proposals, photos)
    return {"recall": recall, **stages, "forward_cpu_ms": forward_cpu_ms(model, size)}


def forward_cpu_ms(model: Detectors, size: int) -> float:
    """What trunk, RPN and one-stage head take for a photo of 4 : 3, in milliseconds of a processor.

    On as many threads as are set; the command's --threads 1 makes it comparable.
    """
    example = torch.zeros(1, 3, size * 3 // 4 // 16 * 16, size)
    with torch.inference_mode():
        return median_cpu_ms(lambda: model(example))


def evaluate(args: argparse.Namespace) -> None:
    """Score the shipped files on val photos and note the scores where pages read them."""
    shipped = load_detectors(files_in(Path(args.weights)))
    photos = load_photos(Path(args.evaluate), "val")
    entry: dict[str, Any] = {"training": shipped.facts, **provenance("models.train.detectors")}
    entry["sizes"] = {str(size): scores_at(shipped.model, photos, size) for size in args.sizes}
    write_scores(Path(args.scores), "detectors", entry)
    for size, scores in entry["sizes"].items():
        print(f"{size} px, {scores['forward_cpu_ms']:.0f} ms forward")
        for source, report in scores["recall"].items():
            print(f"  {source:12} {describe(report)}")
        for stage in ("one_stage", "two_stage"):
            for source, table in scores[stage].items():
                for title, values in table.items():
                    print(f"  {stage} {source:12} {title} {describe(values)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with annotations.json and images/")
    parser.add_argument("--evaluate", metavar="DIR", help="score the weights on DIR's val photos")
    parser.add_argument("--course", action="store_true", help="note the checkpoint's reports")
    parser.add_argument("--ship", action="store_true", help="write weights from the checkpoint")
    parser.add_argument(
        "--weights", default=str(FOLDER), help="folder of the weights (%(default)s)"
    )
    parser.add_argument("--scores", default=str(SCORES_FILE), help="(%(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[320, 448], help="to evaluate at")
    parser.add_argument("--size", type=int, default=INPUT_SIZE, help="longer side while training")
    parser.add_argument("--crops", type=int, nargs="+", default=SIZES, help="sides of a crop")
    parser.add_argument("--rate", type=float, default=1.0, help="times the usual learning rates")
    add_arguments(parser, "checkpoints/detectors.pt")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.evaluate:
        evaluate(args)
    elif args.ship:
        ship(args)
    elif args.course:
        note_course(args)
    elif args.data:
        train_on_photos(args)
    else:
        parser.error("give --data DIR to train, --ship, or --evaluate DIR")


if __name__ == "__main__":
    main()
