"""Train the proposal network from scratch, or evaluate it.

python -m models.train.rpn --data DIR             train; writes models/weights/rpn.safetensors
python -m models.train.rpn --evaluate DIR         recall of the weights, by source

Training is seeded and resumable: --resume goes on from the last checkpoint, and a new --steps
then moves the end. A GPU is used where there is one.
"""

import argparse
import copy
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from models.boxes.boxes import pairwise_iou
from models.detection.preprocess import INPUT_SIZE, normalize, prepare
from models.detection.rpn import RPN, propose
from models.detection.weights import ANCHORS, RPN_FILE, load_rpn, save_rpn
from models.train.averaging import average_into
from models.train.box_data import Crops, DrawSampler, Photo, collate, load_photos, to_tensor
from models.train.losses import rpn_losses

SIZES = (256, 320, 384)  # pixels, the side of a training crop
BUDGETS = (10, 50, 100, 300)  # proposals
WARMUP, DECAY = 500, 0.4  # steps; share of the training over which the rate falls to 0


def loss_of_batch(
    model: RPN,
    images: Tensor,
    truths: list[Tensor],
    negative_weights: list[float],
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """(classification, regression) loss of a batch uint8 [N, 3, S, S]."""
    with torch.autocast(images.device.type, torch.bfloat16):
        output = model(normalize(images))
    return rpn_losses(output, model.anchors, truths, negative_weights, generator)


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Warm up linearly, stay, then fall linearly to 0 over the last part."""
    progress = step / steps
    return peak * min(1.0, (step + 1) / WARMUP, max(0.0, 1 - progress) / DECAY)


def train(args: argparse.Namespace) -> None:
    """Train for `args.steps` steps, saving a checkpoint every 1,000 and the weights at the end."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(args.seed)
    model = RPN(ANCHORS).to(device).to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=0.05)
    start, seconds = 0, 0.0
    checkpoint = Path(args.checkpoint)
    if args.resume and checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        start, seconds = saved["step"], saved["seconds"]
    photos = load_photos(Path(args.data), "train")
    held_out = [p for p in load_photos(Path(args.data), "val") if p.source == "coco2017"]
    batches = DataLoader(
        Crops(photos, args.seed),
        batch_sampler=DrawSampler(start, args.steps, args.batch, SIZES),
        collate_fn=collate,
        num_workers=args.workers,
        prefetch_factor=4 if args.workers else None,
    )
    clock = time.monotonic() - seconds
    bar = tqdm(batches, initial=start, total=args.steps, unit="step", mininterval=5)
    running = torch.zeros(2)
    for step, batch in enumerate(bar, start):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, args.steps, args.rate)
        generator = torch.Generator().manual_seed(args.seed * 1_000_003 + step)
        classification, regression = loss_of_batch(
            model.train(), batch.images.to(device), batch.boxes, batch.negative_weights, generator
        )
        optimizer.zero_grad(set_to_none=True)
        (classification + regression).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        average_into(average, model, step)
        loss = torch.stack([classification, regression]).detach()
        running = loss if step == start else 0.99 * running + 0.01 * loss
        if step % 50 == 0:
            bar.set_postfix_str(f"objectness {running[0]:.3f} boxes {running[1]:.3f}")
        if (step + 1) % 1000 == 0 or step + 1 == args.steps:
            save_checkpoint(checkpoint, model, average, optimizer, step + 1, clock)
        if (step + 1) % args.evaluate_every == 0:
            report = recall_table(average.eval(), held_out, args.size)["coco2017"]
            bar.write(f"step {step + 1}: coco2017 val " + describe(report))
    facts = {"steps": str(args.steps), "seed": str(args.seed)}
    facts["seconds"] = str(round(time.monotonic() - clock))
    save_rpn(average.cpu(), Path(args.out), facts)
    print(f"wrote {args.out}")


def save_checkpoint(
    path: Path,
    model: RPN,
    average: RPN,
    optimizer: torch.optim.Optimizer,
    step: int,
    clock: float,
) -> None:
    """Write the checkpoint beside, then move it into place: a crash leaves the old one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    torch.save(
        {
            "model": model.state_dict(),
            "average": average.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": step,
            "seconds": time.monotonic() - clock,
        },
        beside,
    )
    beside.replace(path)


def recall_table(model: RPN, photos: list[Photo], size: int) -> dict[str, dict[str, float]]:
    """By source: {"R@100 IoU 0.5": share of all boxes found, …}, after NMS at 0.7."""
    device = next(model.parameters()).device
    found: dict[str, list[Tensor]] = {}
    for photo in photos:
        if len(photo.boxes) == 0:
            continue
        inputs, scaling = prepare(to_tensor(photo.image), size)
        with torch.inference_mode():
            output = model(inputs.to(device))
            output = type(output)(*(maps.cpu() for maps in output))
            proposals = propose(output, model.anchors, 6000, max(BUDGETS))
        boxes = scaling.to_displayed(proposals.candidates.clipped[proposals.kept])
        iou = pairwise_iou(photo.boxes, boxes)
        best = [iou[:, :budget].max(dim=1).values for budget in BUDGETS]
        found.setdefault(photo.source, []).append(torch.stack(best))
    table = {}
    for source, parts in found.items():
        overlaps = torch.cat(parts, dim=1)  # [budgets, G]
        table[source] = {
            f"R@{budget} IoU {iou}": (overlaps[i] >= iou).float().mean().item()
            for iou in (0.5, 0.7)
            for i, budget in enumerate(BUDGETS)
        }
    return table


def describe(report: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in report.items())


def evaluate(args: argparse.Namespace) -> None:
    """Print the recall of the weights at `args.out` on the val photos of `args.evaluate`."""
    model = load_rpn(Path(args.out))
    for source, report in recall_table(
        model, load_photos(Path(args.evaluate), "val"), args.size
    ).items():
        print(f"{source:12} {describe(report)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder with annotations.json and images/")
    parser.add_argument("--evaluate", metavar="DIR", help="print recall on DIR's val photos")
    parser.add_argument("--out", default=str(RPN_FILE), help="weights file (%(default)s)")
    parser.add_argument("--checkpoint", default="checkpoints/rpn.pt")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    parser.add_argument("--steps", type=int, default=26_000)
    parser.add_argument("--batch", type=int, default=16, help="crops a step")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1, help="processes that cut crops")
    parser.add_argument("--size", type=int, default=INPUT_SIZE, help="longer side when evaluating")
    parser.add_argument("--evaluate-every", type=int, default=2000, metavar="STEPS")
    args = parser.parse_args()
    if args.evaluate:
        evaluate(args)
    elif args.data:
        train(args)
    else:
        parser.error("give --data DIR to train or --evaluate DIR to evaluate")


if __name__ == "__main__":
    main()
