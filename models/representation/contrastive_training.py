"""Contrastive training of a small encoder: SimCLR, MoCo and SimSiam, each as its paper
has it.

Shape letters: N pictures of a batch (2N views), S rows and columns of a picture, D features h,
P numbers of a projection z, K keys of the queue.
"""

import copy
import math
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from models.history import History
from models.measures import ContrastiveMeasure
from models.representation.contrastive import (
    Queue,
    alignment,
    cosine,
    drift,
    floor,
    hits,
    info_nce,
    momentum_update,
    normalize,
    nt_xent,
    sim_siam,
    spread,
    uniformity,
)
from models.representation.encoder import (
    Predictor,
    Projector,
    embed,
    optimizer_of,
    quick_encoder,
    settle,
)
from models.representation.pictures import Views, view_stream
from models.representation.supervised import LearnerSettings
from models.training import Lost

Method = Literal["simclr", "moco", "simsiam"]
Space = Literal["h", "z"]
# Each step's own batch tells: the loss that was optimized, mean similarity of positives and of
# negatives, alignment, uniformity, standard deviation of the normalized z, share of views whose
# positive is the most similar, drift of the key encoder (NaN where there is none), and the least
# loss that was possible (NaN for MoCo).


@dataclass(frozen=True)
class ContrastSettings(LearnerSettings):
    method: Method
    projector: str  # one of models.representation.encoder.KINDS; SimSiam takes "mlp"
    temperature: float
    momentum: float  # of MoCo's key encoder
    queue: int
    stop_gradient: bool  # SimSiam's


class Contrast:
    """An encoder f and a projector g that learn from pairs of views, without labels.

    pictures uint8 [M, 3, S, S]. Raises `Lost` from `train` when the loss is not finite.
    """

    def __init__(self, settings: ContrastSettings, pictures: Tensor) -> None:
        self.settings, self.pictures, self.step = settings, pictures, 0
        generator = torch.Generator().manual_seed(settings.seed)
        self.encoder = quick_encoder(generator)
        self.projector = Projector(settings.projector, generator)
        self.predictor = Predictor(generator, self.projector.width)
        settle(nn.Sequential(self.encoder, self.projector, self.predictor), pictures)
        self.untrained = copy.deepcopy(self.encoder).requires_grad_(False)
        self.key_encoder = copy.deepcopy(self.encoder).requires_grad_(False)
        self.key_projector = copy.deepcopy(self.projector).requires_grad_(False)
        self.queue = Queue(settings.queue, self.projector.width)
        self.stream = view_stream(pictures, settings.policy, settings.batch_size, settings.seed)
        self.optimizer = optimizer_of(
            self._trained(), settings.learning_rate, settings.weight_decay
        )
        self.history = History(get_args(ContrastiveMeasure))
        self.latest: tuple[Tensor, Tensor] | None = None  # z of the last step's views, [N, P] each
        self.against = self.queue.keys[:0]  # the keys that the last step's loss had for negatives
        self.repeated = 0  # queries of that step that had an older key of their own picture there

    def _trained(self) -> list[nn.Parameter]:
        parts = [self.encoder, self.projector]
        if self.settings.method == "simsiam":
            parts.append(self.predictor)
        return [p for part in parts for p in part.parameters()]

    def change(self, settings: ContrastSettings) -> None:
        """Go on with another temperature, learning rate or momentum."""
        self.settings = settings
        for group in self.optimizer.param_groups:
            group["lr"] = settings.learning_rate

    def train(self, steps: int) -> None:
        for _ in range(steps):
            batch = next(self.stream)
            learn = {"simclr": self._simclr, "moco": self._moco, "simsiam": self._simsiam}
            loss, z1, z2 = learn[self.settings.method](batch)
            self.step += 1
            if not math.isfinite(loss):
                raise Lost(self.step)
            self._measure(loss, z1.detach(), z2.detach())

    def _descend(self, loss: Tensor) -> float:
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return float(loss.detach())

    def _simclr(self, batch: Views) -> tuple[float, Tensor, Tensor]:
        """Chen et al., 2020, algorithm 1."""
        z = self.projector(self.encoder(torch.cat([batch.first, batch.second])))
        loss = nt_xent(z, self.settings.temperature).loss
        z1, z2 = z.chunk(2)
        return self._descend(loss), z1, z2

    def _moco(self, batch: Views) -> tuple[float, Tensor, Tensor]:
        """He et al., 2020, algorithm 1: the positive key of this batch, negatives of the queue.
        Without their shuffling of the batch before BatchNorm (section 3.3); projector and
        temperature are those of MoCo v2.
        """
        q = self.projector(self.encoder(batch.first))
        with torch.no_grad():
            k = self.key_projector(self.key_encoder(batch.second))
        found = info_nce(q, k, self.queue.keys, self.settings.temperature, self.queue.filled)
        self.against = self.queue.keys[: self.queue.filled]  # this batch's keys are pushed later
        self.repeated = int(torch.isin(batch.pictures, self.queue.pictures).sum())
        loss = self._descend(found.loss)
        for key, query in self._key_pairs():
            momentum_update(key, query, self.settings.momentum)
        self.queue.push(normalize(k), batch.pictures)
        return loss, q, k

    def _simsiam(self, batch: Views) -> tuple[float, Tensor, Tensor]:
        """Chen and He, 2021, algorithm 1; without the stop-gradient everything may collapse."""
        z = self.projector(self.encoder(torch.cat([batch.first, batch.second])))
        loss = sim_siam(self.predictor(z), z, self.settings.stop_gradient)
        z1, z2 = z.chunk(2)
        return self._descend(loss), z1, z2

    def _key_pairs(self) -> tuple[tuple[nn.Module, nn.Module], ...]:
        return (self.key_encoder, self.encoder), (self.key_projector, self.projector)

    def drift(self) -> float:
        """Relative distance between query and key encoder; NaN without a key encoder."""
        if self.settings.method != "moco":
            return math.nan
        return drift(self.encoder, self.key_encoder)

    def _measure(self, loss: float, z1: Tensor, z2: Tensor) -> None:
        self.latest = (z1, z2)
        positive, negative = self.similarities()
        each = [z1] if self.settings.method == "moco" else [z1, z2]
        self.history.add(
            self.step,
            loss,
            float(positive.mean()),
            float(negative.mean()) if len(negative) else math.nan,
            float(alignment(z1, z2)),
            float(torch.stack([uniformity(z) for z in each]).mean()),  # no positive is among them
            float(spread(torch.cat(each))),
            self._hits(z1, z2),
            self.drift(),
            self._floor(len(z1)),
        )

    def _floor(self, n: int) -> float:
        """The least loss that a batch of n pictures could have at the temperature of now."""
        method, temperature = self.settings.method, self.settings.temperature
        return {"simclr": floor(n, temperature), "simsiam": -1.0}.get(method, math.nan)

    def _hits(self, z1: Tensor, z2: Tensor) -> float:
        """Share of views whose positive is the most similar: of MoCo's queries among this batch's
        keys, as queries and keys are made by two encoders; else among all other views.
        """
        if self.settings.method == "moco":
            similar = normalize(z1) @ normalize(z2).T
            negatives = similar.clone().fill_diagonal_(-math.inf).amax(dim=1)
            return float((similar.diagonal() > negatives).float().mean())
        return float(hits(cosine(torch.cat([z1, z2]))))

    def similarities(self) -> tuple[Tensor, Tensor]:
        """Cosines of the last step's positives and of its negatives: those that its loss had
        (for SimSiam, which has none, those of views of different pictures).
        """
        assert self.latest is not None
        z1, z2 = (normalize(z) for z in self.latest)
        positive = (z1 * z2).sum(dim=1)
        if self.settings.method == "moco":
            return positive, (z1 @ self.against.T).flatten()
        both = torch.cat([z1, z2])
        n = len(z1)
        others = torch.ones(2 * n, 2 * n, dtype=torch.bool)
        index = torch.arange(2 * n)
        others[index, index] = others[index, (index + n) % (2 * n)] = False
        return positive, (both @ both.T)[others]

    def embed(self, pictures: Tensor, space: Space = "h") -> Tensor:
        """h [M, D] or z [M, P] of uint8 pictures or float views, in eval mode."""
        if space == "h":
            return embed(self.encoder, pictures)
        return embed(nn.Sequential(self.encoder, self.projector), pictures)
