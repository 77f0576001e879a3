"""The networks of the pretext tasks: the encoder that all share, and a head for each task.

Shape letters: N inputs, K pictures of an input, D_H = 128 features, G = S / 8 cells a side.
"""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from models.device import placed
from models.measures import PretextTask
from models.representation.contrastive import hits, nt_xent
from models.representation.encoder import Encoder, Projector, built, quick_encoder
from models.representation.pictures import quick
from models.representation.pretext import (
    BINS,
    COLOR_CELL,
    TASKS,
    Puzzle,
    Task,
    bin_colors,
    repaint,
)
from models.representation.sizes import D_H

STRIDE = 8  # pixels a side of the encoder's cells
BROAD = 128  # hidden units of a head on several pictures, and of a decoder
TEMPERATURE = 0.2  # SimCLR's


def class_head(task: Task, classes: int) -> nn.Module:
    """From the features of K pictures to `classes` scores: linear for one, else a hidden layer."""
    if task.taken == 1:
        return nn.Linear(D_H, classes)
    return nn.Sequential(
        nn.Linear(task.taken * D_H, BROAD, bias=False),
        nn.BatchNorm1d(BROAD),
        nn.ReLU(inplace=True),
        nn.Linear(BROAD, classes),
    )


def map_head(task: Task) -> nn.Module:
    """From maps [N, K D_H, G, G] to `channels` at a finer grid: a 1 x 1 convolution whose channels
    are laid out as pixels (Shi et al., 2016); where pixels are answered, after a decoder.
    """
    finer = STRIDE if task.answer == "pixels" else STRIDE // COLOR_CELL
    channels = {"bins": BINS, "colors": 2, "pixels": 3}[task.answer]
    before = decoder(task.taken) if task.answer == "pixels" else []
    layer = nn.Conv2d(BROAD if before else task.taken * D_H, channels * finer**2, 1)
    return nn.Sequential(*before, layer, nn.PixelShuffle(finer))


def decoder(pictures: int) -> list[nn.Module]:
    """Two layers that look at neighboring cells; of several pictures the first joins what lies in
    the same cell. Without a decoder the encoder's last layer has to hold the pixels themselves,
    and tells less of all else (He et al., 2022, table 1a).
    """
    first = 3 if pictures == 1 else 1
    layers: list[nn.Module] = []
    for inputs, side in ((pictures * D_H, first), (BROAD, 3)):
        convolution = nn.Conv2d(inputs, BROAD, side, padding=side // 2, bias=False)
        layers += [convolution, nn.BatchNorm2d(BROAD), nn.ReLU(inplace=True)]
    return layers


class PretextNetwork(nn.Module):
    """Encoder and head of a task. `classes` is what "supervised" tells apart; all layers of the
    encoder but the last are `times` as wide; `answers`: how many, where the clips decide it.
    """

    def __init__(
        self,
        name: PretextTask,
        generator: Generator,
        classes: int = 2,
        times: float = 1.0,
        answers: int = 0,
    ) -> None:
        super().__init__()
        self.name, self.task = name, TASKS[name]
        self.encoder: Encoder = quick_encoder(generator, times)
        task = self.task
        if task.answer == "pairs":
            self.head: nn.Module = Projector("mlp", generator)
        elif task.answer in ("class", "given"):
            wide = answers or task.classes or classes
            self.head = placed(built(lambda: class_head(task, wide), generator))
        else:
            self.head = placed(built(lambda: map_head(task), generator))

    def forward(self, inputs: Tensor) -> Tensor:
        """Scores [N, C], z [N, D_Z], or a map, of inputs as `Puzzle` has them."""
        several = inputs.dim() == 5
        flat = quick(inputs.flatten(0, 1) if several else inputs)
        if self.task.answer in ("class", "given", "pairs"):
            h = self.encoder(flat)
            scores: Tensor = self.head(h.view(len(inputs), -1) if several else h)
            return scores
        maps = self.encoder.maps(flat)
        if several:
            maps = maps.reshape(len(inputs), -1, *maps.shape[2:])
        answer: Tensor = self.head(maps)
        return answer


def rebalanced(shares: Tensor) -> Tensor:
    """Weights [B] of bins that occur with `shares` [B]: rare colors count more, half-way smoothed
    to uniform and 1 on average over the pictures (Zhang et al., 2016, eq. 4).
    """
    weights = 1 / (0.5 * shares + 0.5 / len(shares))
    return weights / (weights * shares).sum()


def loss_of(network: PretextNetwork, output: Tensor, puzzle: Puzzle, weights: Tensor) -> Tensor:
    """The task's loss: cross-entropy in nats, of bins with their weights [B]; squared error of what
    counts; for pairs, where the second half of `output` are the other views, NT-Xent.
    """
    answer = network.task.answer
    if answer == "pairs":
        return nt_xent(output, TEMPERATURE).loss
    if answer in ("class", "given"):
        return F.cross_entropy(output, puzzle.labels)
    if answer == "bins":
        return F.cross_entropy(output, puzzle.labels, weights)
    return squared_error(output, puzzle).mean()


def squared_error(output: Tensor, puzzle: Puzzle) -> Tensor:
    """Squared errors [E] of every number that counts."""
    errors = (output - puzzle.labels).square()
    if puzzle.counted is None:
        return errors.flatten()
    return errors[puzzle.counted.expand_as(errors)]


def right_of(network: PretextNetwork, output: Tensor, puzzle: Puzzle, weights: Tensor) -> float:
    """How well the task is solved: accuracy; of bins with their weights; of pairs the share of
    views whose other view is the nearest; of pictures the share of the variance that is explained
    (1 less squared error over variance about the mean of what counts, may be below 0).
    """
    answer = network.task.answer
    if answer == "pairs":
        return float(hits(nt_xent(output, TEMPERATURE).similarities).float().mean())
    if answer in ("class", "given"):
        return float((output.argmax(dim=1) == puzzle.labels).float().mean())
    if answer == "bins":
        counted = weights[puzzle.labels]
        right = (output.argmax(dim=1) == puzzle.labels) * counted
        return float(right.sum() / counted.sum())
    truth = puzzle.labels
    told = truth if puzzle.counted is None else truth[puzzle.counted.expand_as(truth)]
    mean = told.mean() if answer == "pixels" else 0.0
    left = squared_error(output, puzzle).mean() / (told - mean).square().mean().clamp(min=1e-9)
    return float(1 - left)


def confused(network: PretextNetwork, output: Tensor, puzzle: Puzzle) -> Tensor:
    """int64 [C, C]: how many puzzles of each true answer (rows) were given which (columns); [0, 0]
    of tasks whose answer is no class.
    """
    if network.task.answer not in ("class", "given"):
        return torch.zeros(0, 0, dtype=torch.int64)
    answers = output.shape[1]
    pairs = puzzle.labels * answers + output.argmax(dim=1)
    return pairs.bincount(minlength=answers**2).view(answers, answers)


def painted(network: PretextNetwork, output: Tensor, puzzle: Puzzle) -> Tensor:
    """The answer as pictures [N, 3, S, S] in 0..1, of tasks that answer one. Of bins the mean color
    by sharpened probabilities (Zhang et al., 2016, eq. 5, temperature 0.38).
    """
    if network.task.answer == "pixels":
        return output.clamp(0, 1)
    colors = output
    if network.task.answer == "bins":
        probabilities = (output / 0.38).softmax(dim=1)
        colors = torch.einsum("nbhw,bc->nchw", probabilities, bin_colors())
    return repaint(puzzle.inputs, colors)
