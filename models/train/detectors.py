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
import copy
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from models.detection.detectors import Detectors
from models.detection.efficientnet import normalize_lite0
from models.detection.imagenet import load_trunk
from models.train.averaging import average_into
from models.train.box_data import CLASSES, Batch, Crops, DrawSampler, Photo, collate, load_photos
from models.train.evaluation import describe, look, precision_table, recall_table
from models.train.losses import one_stage_losses, rpn_losses, two_stage_losses

SIZES = (256, 288)  # pixels, the side of a training crop
# COCO's photos are few, but the only ones with everything labeled; detectors learn from VOC's.
SHARES = {"coco2017": 0.37, "voc_5class": 0.47, "groceries5k": 0.16}
# For the detectors only: what is not a labeled car in VOC's photos is no car. On the shelves,
# packages in the background carry no box.
CLASS_NEGATIVE_WEIGHT = {"coco2017": 1.0, "voc_5class": 1.0, "groceries5k": 0.25}
TRUNK_RATE, HEAD_RATE, DECAY = 3e-4, 1.2e-3, 0.02
WARMUP = 200  # steps
VOC = CLASSES[:5]
LOSSES = ("objectness", "proposals", "one-stage", "its boxes", "second stage", "its boxes")


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


def rate_factor(step: int, fall: tuple[int, int] | None) -> float:
    """Share of the peak rate: warm up, stay, and over (first, last) steps fall linearly to 0."""
    warm = min(1.0, (step + 1) / WARMUP)
    if fall is None:
        return warm
    first, last = fall
    return warm * min(1.0, max(0.0, (last - step) / (last - first)))


def losses_of_batch(
    model: Detectors, batch: Batch, generator: torch.Generator, mixed: bool
) -> list[Tensor]:
    """The six losses of `LOSSES` for a batch; their sum is what is minimized."""
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


class Run:
    """A training: network, moving average, optimizer, and how far it has come."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = make_detectors(args.seed).to(self.device)
        self.average = copy.deepcopy(self.model)
        self.optimizer = make_optimizer(self.model)
        self.checkpoint = Path(args.checkpoint)
        self.step, self.seconds = 0, 0.0
        self.fall: tuple[int, int] | None = None  # first and last step
        if self.checkpoint.exists():
            self._load(torch.load(self.checkpoint, map_location=self.device, weights_only=True))

    def _load(self, saved: dict[str, Any]) -> None:
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.seconds, self.fall = saved["step"], saved["seconds"], saved["fall"]

    def save(self) -> None:
        """Write the checkpoint beside, then move it: a crash leaves the old one whole."""
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        beside = self.checkpoint.with_suffix(".part")
        state = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "fall": self.fall,
        }
        torch.save(state, beside)
        beside.replace(self.checkpoint)

    def learn(self, batch: Batch, seed: int, mixed: bool) -> Tensor:
        """One step; returns the six losses."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate_factor(self.step, self.fall)
        generator = torch.Generator().manual_seed(seed * 1_000_003 + self.step)
        losses = losses_of_batch(self.model.train(), batch, generator, mixed)
        self.optimizer.zero_grad(set_to_none=True)
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        average_into(self.average, self.model, self.step)
        self.step += 1
        return torch.stack(losses).detach()


def train(args: argparse.Namespace) -> None:
    """Train until a fall has ended, `args.steps` are done or somebody stops it."""
    run = Run(args)
    if args.fall and run.fall is None:
        run.fall = (run.step, run.step + args.fall)
    end = min(args.steps, run.fall[1]) if run.fall else args.steps
    photos = load_photos(Path(args.data), "train")
    held_out = load_photos(Path(args.data), "val")
    batches = DataLoader(
        Crops(photos, args.seed, SHARES),
        batch_sampler=DrawSampler(run.step, end, args.batch, SIZES),
        collate_fn=collate,
        num_workers=args.workers,
    )
    stopped = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)

    for caught in (signal.SIGTERM, signal.SIGINT):
        signal.signal(caught, stop)
    bar = tqdm(batches, initial=run.step, total=end, unit="step", mininterval=20)
    clock, saved, before = time.monotonic(), time.monotonic(), run.seconds
    running = torch.zeros(len(LOSSES))
    for number, batch in enumerate(bar):
        loss = run.learn(batch, args.seed, args.mixed).cpu()
        running = loss if number == 0 else 0.98 * running + 0.02 * loss
        run.seconds = before + time.monotonic() - clock
        if run.step % 50 == 0:
            values = " ".join(f"{v:.3f}" for v in running.tolist())
            bar.write(f"step {run.step} {run.seconds:.0f} s losses {values}")
        if time.monotonic() - saved > args.save_every or run.step == end or stopped:
            run.save()
            saved = time.monotonic()
        if run.step % args.evaluate_every == 0 or run.step == end:
            bar.write(f"step {run.step}: " + brief(run.average, held_out, args.size))
        if stopped:
            bar.write(f"stopped at step {run.step}; the same command goes on from there")
            break


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
    print(brief(Run(args).average, load_photos(Path(args.evaluate), "val"), args.size))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with annotations.json and images/")
    parser.add_argument("--evaluate", metavar="DIR", help="print scores on DIR's val photos")
    parser.add_argument("--checkpoint", default="checkpoints/detectors.pt")
    parser.add_argument("--fall", type=int, metavar="N", help="let the rate fall over N steps")
    parser.add_argument("--steps", type=int, default=1_000_000, help="stop there at the latest")
    parser.add_argument("--batch", type=int, default=16, help="crops a step")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0, help="torch's threads (0: its choice)")
    parser.add_argument("--workers", type=int, default=0, help="processes that cut crops")
    parser.add_argument("--mixed", action="store_true", help="bfloat16 where it is fast enough")
    parser.add_argument("--size", type=int, default=320, help="longer side when evaluating")
    parser.add_argument("--evaluate-every", type=int, default=1000, metavar="STEPS")
    parser.add_argument("--save-every", type=float, default=180, metavar="SECONDS")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.evaluate:
        evaluate(args)
    elif args.data:
        train(args)
    else:
        parser.error("give --data DIR to train or --evaluate DIR to evaluate")


if __name__ == "__main__":
    main()
