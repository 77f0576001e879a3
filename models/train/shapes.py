"""Train the heads for drawn scenes on ImageNet's own trunk, or evaluate them.

python -m models.train.shapes                train, from the checkpoint if there is one
python -m models.train.shapes --fall N       let the rate fall to 0 over N steps, and end
python -m models.train.shapes --ship         write the checkpoint's average as weights
python -m models.train.shapes --evaluate     score the weights on held-out scenes
python -m models.train.shapes --course       note what the checkpoint was worth along its training

Every scene is drawn when it is needed and never seen twice. The whole trunk stays as ImageNet left
it; laterals, RPN, both heads and the mask head learn.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from models.boxes.boxes import pairwise_iou
from models.boxes.roi import roi_align
from models.data.scenes import SHAPES
from models.data.shape_scenes import FIRST_HELD_OUT, SIDE, ShapeScene, draw_shape_scene
from models.detection.detectors import SHAPE_ANCHORS, Detectors
from models.detection.imagenet import load_trunk
from models.detection.mask_head import BINS, paste_masks
from models.detection.one_stage import Detections
from models.detection.preprocess import normalize
from models.detection.shipped import SHAPE_FILES, DetectorFiles, load_detectors, save_detectors
from models.detection.weights import FOLDER
from models.train.box_data import Photo
from models.train.evaluation import (
    Table,
    describe,
    look,
    means_of,
    precision_table,
    recall_table,
)
from models.train.losses import (
    draw_proposals,
    losses_of_drawn,
    mask_losses,
    one_stage_losses,
    rpn_losses,
)
from models.train.run import Report, Run, add_arguments, course_of, facts_of, last_step, train
from models.train.scores import SCORES_FILE, provenance, write_scores

RATE, DECAY = 1.2e-3, 0.02


def make_shape_detectors(seed: int) -> Detectors:
    """A network with ImageNet's trunk, frozen, and new heads."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Detectors(len(SHAPES), SHAPE_ANCHORS, with_masks=True)
    model.backbone.trunk.load_state_dict(load_trunk().state_dict())
    model.backbone.trunk.requires_grad_(False)
    return model.to(memory_format=torch.channels_last)


def start(args: argparse.Namespace) -> Run[Detectors]:
    """The training that the checkpoint holds, or a new one."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = make_shape_detectors(args.seed).to(device)
    learning = [p for p in model.parameters() if p.requires_grad]
    groups = [{"params": learning, "peak": RATE}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, weight_decay=DECAY, fused=True)
    return Run(model, optimizer, Path(args.checkpoint), args.fall)


def draw_batches(first: int, last: int, batch: int, seed: int) -> Iterator[list[ShapeScene]]:
    """The scenes of steps `first` to `last`, `batch` of them each; a step's are always the same."""
    for step in range(first, last):
        numbers = range(step * batch, (step + 1) * batch)
        yield [draw_shape_scene(seed * 100_000_007 + number) for number in numbers]


def losses_of_batch(
    model: Detectors, scenes: list[ShapeScene], generator: torch.Generator, mixed: bool
) -> list[Tensor]:
    """Classification and regression of RPN, one stage and second stage, and the masks' loss."""
    device = next(model.parameters()).device
    images = torch.stack([scene.image for scene in scenes]).to(device)
    truths, labels = [scene.boxes for scene in scenes], [scene.labels for scene in scenes]
    masks = [scene.masks.to(device) for scene in scenes]
    weights = [1.0] * len(scenes)
    with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
        with torch.no_grad():
            maps = model.backbone.trunk(normalize(images))
        output = model.heads(model.backbone.merge(*maps))
        drawn = draw_proposals(model, output, truths, labels, generator)
        second = losses_of_drawn(model, output, drawn, weights)
        shown = mask_losses(model, output, drawn, masks)
    proposals = rpn_losses(output.rpn, model.anchors, truths, weights, generator)
    first = one_stage_losses(output, model.anchors, truths, labels, weights)
    return [*proposals, *first, *second, shown]


def as_photo(scene: ShapeScene, name: str) -> Photo:
    """A scene as what `models.train.evaluation` looks at."""
    image = Image.fromarray(scene.image.permute(1, 2, 0).numpy())
    none = torch.zeros(len(scene.labels), dtype=torch.bool)
    return Photo(name, "drawn", image, scene.boxes, scene.labels, none)


def mask_quality(model: Detectors, scenes: list[ShapeScene]) -> float:
    """Mean IoU of the masks that the network gives to the true boxes with those that are there."""
    assert model.mask_head is not None
    overlaps = []
    with torch.inference_mode():
        for scene in scenes:
            output = model(normalize(scene.image[None]))
            pooled = roi_align(output.reduced[0], scene.boxes, BINS, model.anchors.stride)
            own = model.mask_head(pooled)[torch.arange(len(scene.labels)), scene.labels].sigmoid()
            found = paste_masks(own, scene.boxes, (SIDE, SIDE))
            both, either = (found & scene.masks).sum((1, 2)), (found | scene.masks).sum((1, 2))
            overlaps.append(both / either.clamp(min=1))
    return torch.cat(overlaps).mean().item()


def recall_by_size(found: dict[str, Detections], photos: list[Photo]) -> dict[str, float]:
    """Share of the true boxes that a detection of their class meets, for three sizes in pixels."""
    sizes, met = [], []
    for photo in photos:
        own = found[photo.name]
        iou = pairwise_iou(photo.boxes, own.boxes) * (photo.labels[:, None] == own.labels)
        met.append((iou >= 0.5).any(dim=1))
        sizes.append((photo.boxes[:, 2:] - photo.boxes[:, :2]).prod(dim=1).sqrt())
    size, hit = torch.cat(sizes), torch.cat(met).float()
    edges = {"under 32": (0, 32), "32 to 64": (32, 64), "above": (64, 1e9)}
    return {
        name: hit[(size >= low) & (size < high)].mean().item()
        for name, (low, high) in edges.items()
    }


def scores_of(model: Detectors, count: int) -> dict[str, Any]:
    """All scores on the first `count` held-out scenes."""
    scenes = [draw_shape_scene(FIRST_HELD_OUT + i) for i in range(count)]
    photos = [as_photo(scene, str(i)) for i, scene in enumerate(scenes)]
    seen = {photo.name: look(model, photo, SIDE) for photo in photos}
    recall = recall_table(lambda photo: seen[photo.name].proposals, photos)["drawn"]

    def scores(found: dict[str, Detections]) -> Table:
        table = precision_table(lambda photo: found[photo.name], photos, SHAPES, SHAPES)
        return {**table, "recall": recall_by_size(found, photos)}

    return {
        "recall": recall,
        "one_stage": scores({name: both.one_stage for name, both in seen.items()}),
        "two_stage": scores({name: both.two_stage for name, both in seen.items()}),
        "mask_iou": mask_quality(model, scenes),
    }


def describe_scores(scores: dict[str, Any]) -> str:
    """Scores in a few lines."""
    lines = [f"RPN {describe(scores['recall'])}"]
    for stage in ("one_stage", "two_stage"):
        lines += [f"{stage} {title} {describe(v)}" for title, v in scores[stage].items()]
    return "\n  ".join([*lines, f"masks' mean IoU {scores['mask_iou']:.3f}"])


def ship(args: argparse.Namespace) -> None:
    """Write the moving average of the checkpoint as the file that is shipped."""
    run = start(args)
    facts = {**facts_of(run, args, "scenes"), **provenance("models.train.shapes")}
    save_detectors(run.average, file_in(Path(args.weights)), SHAPES, facts)
    print(f"wrote {args.weights}: {run.step} steps, {run.seconds:.0f} seconds")


def file_in(folder: Path) -> DetectorFiles:
    """The file of the detector for drawn scenes in a folder; its trunk is ImageNet's."""
    return DetectorFiles(folder / SHAPE_FILES.heads.name, None)


def evaluate(args: argparse.Namespace) -> None:
    """Score the shipped file on held-out scenes and note the scores where pages read them."""
    shipped = load_detectors(file_in(Path(args.weights)))
    scores = scores_of(shipped.model, args.scenes)
    facts = {"training": shipped.facts, "scenes": args.scenes, **provenance("models.train.shapes")}
    write_scores(Path(args.scores), "shapes", {**facts, **scores})
    print(describe_scores(scores))


def report(model: Detectors, count: int) -> Report:
    """Scores on held-out scenes; of them those of both roads are kept."""
    scores = scores_of(model, count)
    return Report(describe_scores(scores), means_of(scores))


def note_course(args: argparse.Namespace) -> None:
    """Write what the checkpoint's reports said, at half the training too, where pages read it."""
    entry = {"scenes": args.scenes, **course_of(start(args), args)}
    write_scores(Path(args.scores), "shapes_course", {**provenance("models.train.shapes"), **entry})


def train_on_scenes(args: argparse.Namespace) -> None:
    """Train until a fall has ended, `args.steps` are done or somebody stops it."""
    run = start(args)
    end = last_step(run, args)

    def losses_of(
        model: Detectors, scenes: list[ShapeScene], generator: torch.Generator
    ) -> list[Tensor]:
        return losses_of_batch(model, scenes, generator, args.mixed)

    batches = draw_batches(run.step, end, args.batch, args.seed)
    train(run, batches, losses_of, lambda model: report(model, args.scenes), args)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--evaluate", action="store_true", help="score the weights")
    parser.add_argument("--ship", action="store_true", help="write weights from the checkpoint")
    parser.add_argument("--course", action="store_true", help="note the checkpoint's reports")
    parser.add_argument(
        "--weights", default=str(FOLDER), help="folder of the weights (%(default)s)"
    )
    parser.add_argument("--scores", default=str(SCORES_FILE), help="(%(default)s)")
    parser.add_argument("--scenes", type=int, default=200, help="drawn for the scores")
    add_arguments(parser, "checkpoints/shapes.pt")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.evaluate:
        evaluate(args)
    elif args.ship:
        ship(args)
    elif args.course:
        note_course(args)
    else:
        train_on_scenes(args)


if __name__ == "__main__":
    main()
