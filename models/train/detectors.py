"""Train the trunk's late blocks, the RPN and both detectors' heads, jointly, or evaluate them.

python -m models.train.detectors --data DIR             train, from the checkpoint if there is one
python -m models.train.detectors --data DIR --fall N    let the rate fall to 0 over N steps, and end
python -m models.train.detectors --evaluate DIR         recall and average precision on val photos

The trunk starts from ImageNet's weights. The rate stays constant until a fall is asked for, and a
moving average of the weights is kept, so there is a useful network at any time: stop the command
(SIGTERM or Ctrl-C saves first), run it again to go on, and add --fall when the time for the end has
come. Training is seeded; a GPU is used where there is one.
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from models.detection.detectors import Detectors
from models.detection.efficientnet import normalize_lite0
from models.detection.imagenet import load_trunk
from models.detection.preprocess import INPUT_SIZE
from models.train.box_data import CLASSES, Batch, Crops, DrawSampler, Photo, collate, load_photos
from models.train.evaluation import describe, look, precision_table, recall_table
from models.train.losses import one_stage_losses, rpn_losses, two_stage_losses
from models.train.run import Run, add_arguments, train

SIZES = (256, 288)  # pixels, the side of a training crop
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


def make_optimizer(model: Detectors) -> torch.optim.AdamW:
    """AdamW with a smaller rate for the trunk, which has learned before."""
    trunk = [p for p in model.backbone.trunk.parameters() if p.requires_grad]
    known = {id(p) for p in model.backbone.trunk.parameters()}
    rest = [p for p in model.parameters() if id(p) not in known]
    groups = [{"params": trunk, "peak": TRUNK_RATE}, {"params": rest, "peak": HEAD_RATE}]
    return torch.optim.AdamW(groups, lr=HEAD_RATE, weight_decay=DECAY, fused=True)


def losses_of_batch(
    model: Detectors, batch: Batch, generator: torch.Generator, mixed: bool
) -> list[Tensor]:
    """Classification and regression of RPN, one stage and second stage, whose sum is minimized."""
    device = next(model.parameters()).device
    with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
        with torch.no_grad():
            at8 = model.backbone.trunk.early(normalize_lite0(batch.images.to(device)))
        output = model.heads(model.backbone.fuse(at8))
        named = [labels >= 0 for labels in batch.labels]
        truths = [boxes[mask] for boxes, mask in zip(batch.boxes, named, strict=True)]
        labels = [own[mask] for own, mask in zip(batch.labels, named, strict=True)]
        weights = [CLASS_NEGATIVE_WEIGHT[source] for source in batch.sources]
        spec = model.anchors
        second = two_stage_losses(model, output, truths, labels, weights, generator)
    everything = rpn_losses(output.rpn, spec, batch.boxes, batch.negative_weights, generator)
    return [*everything, *one_stage_losses(output, spec, truths, labels, weights), *second]


def start(args: argparse.Namespace) -> Run[Detectors]:
    """The training that the checkpoint holds, or a new one."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = make_detectors(args.seed).to(device)
    return Run(model, make_optimizer(model), Path(args.checkpoint), args.fall)


def train_on_photos(args: argparse.Namespace) -> None:
    """Train until a fall has ended, `args.steps` are done or somebody stops it."""
    run = start(args)
    end = min(args.steps, run.fall[1]) if run.fall else args.steps
    held_out = load_photos(Path(args.data), "val")
    batches = DataLoader(
        Crops(load_photos(Path(args.data), "train"), args.seed, SHARES),
        batch_sampler=DrawSampler(run.step, end, args.batch, SIZES),
        collate_fn=collate,
        num_workers=args.workers,
    )

    def losses_of(model: Detectors, batch: Batch, generator: torch.Generator) -> list[Tensor]:
        return losses_of_batch(model, batch, generator, args.mixed)

    train(run, batches, losses_of, lambda model: brief(model, held_out, args.size), args)


def brief(model: Detectors, photos: list[Photo], size: int) -> str:
    """Recall on COCO's photos and AP50 on a third of VOC's, in one line."""
    model.eval()
    coco = [p for p in photos if p.source == "coco2017"]
    voc = [p for p in photos if p.source == "voc_5class"][::3]
    recall = recall_table(lambda photo: look(model, photo, size).proposals, coco)["coco2017"]
    seen = {photo.name: look(model, photo, size) for photo in voc}
    on_voc = recall_table(lambda photo: seen[photo.name].proposals, voc)["voc_5class"]
    one = precision_table(lambda photo: seen[photo.name].one_stage, voc, CLASSES, VOC)
    two = precision_table(lambda photo: seen[photo.name].two_stage, voc, CLASSES, VOC)
    return (
        f"coco2017 {describe(recall)}\n  voc_5class {describe(on_voc)}\n"
        f"  one-stage AP50 {describe(one['AP50'])} AP75 {one['AP75']['mean']:.3f}\n"
        f"  two-stage AP50 {describe(two['AP50'])} AP75 {two['AP75']['mean']:.3f}"
    )


def evaluate(args: argparse.Namespace) -> None:
    """Print what the moving average of the checkpoint finds in val photos."""
    print(brief(start(args).average, load_photos(Path(args.evaluate), "val"), args.size))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with annotations.json and images/")
    parser.add_argument("--evaluate", metavar="DIR", help="print scores on DIR's val photos")
    parser.add_argument("--size", type=int, default=INPUT_SIZE, help="longer side when evaluating")
    add_arguments(parser, "checkpoints/detectors.pt")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.evaluate:
        evaluate(args)
    elif args.data:
        train_on_photos(args)
    else:
        parser.error("give --data DIR to train or --evaluate DIR to evaluate")


if __name__ == "__main__":
    main()
