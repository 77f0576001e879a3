"""Contrastive training: each method is its paper's algorithm, step for step; nothing but the seed
decides; and it learns.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.data.scenes import draw_scenes
from models.representation.augment import Policy, views
from models.representation.contrastive import floor, nt_xent
from models.representation.contrastive_training import Contrast, ContrastSettings
from models.representation.encoder import Encoder, Predictor, Projector, embed
from models.representation.pictures import as_input, view_stream
from models.representation.supervised import Supervised
from models.training import Batches, Lost

SIMCLR = ContrastSettings(
    method="simclr", projector="mlp", policy=Policy(), batch_size=16, temperature=0.2,
    learning_rate=0.003, weight_decay=0.01, momentum=0.9, queue=40, stop_gradient=True, seed=3,
)  # fmt: skip
MOCO, SIMSIAM = replace(SIMCLR, method="moco"), replace(SIMCLR, method="simsiam")
EVERY = pytest.mark.parametrize("settings", [SIMCLR, MOCO, SIMSIAM], ids=lambda s: s.method)
SCENES = draw_scenes(64, 0)
PICTURES = SCENES.images


pytestmark = pytest.mark.usefixtures("one_thread")


def measured(contrast: Contrast, name: str) -> list[float]:
    values: list[float] = contrast.history.row(name).tolist()
    return values


def weights(*modules: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for m in modules for p in m.parameters()])


def everything(contrast: Contrast) -> list[Tensor]:
    """All that a training has learned or goes on with."""
    parts = (
        contrast.encoder, contrast.projector, contrast.predictor, contrast.key_encoder,
        contrast.key_projector, contrast.untrained,
    )  # fmt: skip
    state = [value.clone() for part in parts for value in part.state_dict().values()]
    return [*state, contrast.queue.keys.clone(), contrast.queue.pictures.clone()]


def alike(first: list[Tensor], second: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


class Plain:
    """The three algorithms as the papers print them, with nothing of the lab but its networks."""

    def __init__(self, s: ContrastSettings, pictures: Tensor) -> None:
        self.s, self.pictures = s, pictures
        born = torch.Generator().manual_seed(s.seed)
        self.f, self.g = Encoder(born), Projector(s.projector, born)
        self.p = Predictor(born, self.g.width)
        self.f_k, self.g_k = copy.deepcopy(self.f), copy.deepcopy(self.g)
        self.queue: list[Tensor] = []
        learned = [*self.f.parameters(), *self.g.parameters()]
        learned += self.p.parameters() if s.method == "simsiam" else []
        self.solver = torch.optim.AdamW(learned, s.learning_rate, weight_decay=s.weight_decay)
        self.batches = self.draw()

    def draw(self) -> Iterator[tuple[Tensor, Tensor]]:
        shuffle = torch.Generator().manual_seed(self.s.seed)
        dice = torch.Generator().manual_seed(self.s.seed)
        n = self.s.batch_size
        while True:
            order = torch.randperm(len(self.pictures), generator=shuffle)
            for start in range(0, len(order) - n + 1, n):
                images = self.pictures[order[start : start + n]] / 255
                first, _ = views(images, self.s.policy, dice)
                second, _ = views(images, self.s.policy, dice)
                yield first, second

    def step(self) -> float:
        loss: Tensor = getattr(self, self.s.method)(*next(self.batches))
        self.solver.zero_grad()
        loss.backward()
        self.solver.step()
        if self.s.method == "moco":
            m = self.s.momentum
            for key, query in ((self.f_k, self.f), (self.g_k, self.g)):
                for k, q in zip(key.parameters(), query.parameters(), strict=True):
                    k.data = m * k.data + (1 - m) * q.data
            self.queue = (self.queue + list(self.keys))[-self.s.queue :]
        return loss.item()

    def simclr(self, x1: Tensor, x2: Tensor) -> Tensor:
        z = F.normalize(self.g(self.f(torch.cat([x1, x2]))), dim=1)
        n, losses = len(x1), []
        for i in range(2 * n):
            logits = z @ z[i] / self.s.temperature
            others = torch.cat([logits[:i], logits[i + 1 :]])
            losses.append(others.logsumexp(0) - logits[(i + n) % (2 * n)])
        return torch.stack(losses).mean()

    def moco(self, x1: Tensor, x2: Tensor) -> Tensor:
        q = F.normalize(self.g(self.f(x1)), dim=1)
        self.keys = F.normalize(self.g_k(self.f_k(x2)), dim=1).detach()
        losses = []
        for query, key in zip(q, self.keys, strict=True):
            logits = torch.stack([query @ k for k in [key, *self.queue]]) / self.s.temperature
            losses.append(-logits.log_softmax(0)[0])
        return torch.stack(losses).mean()

    def simsiam(self, x1: Tensor, x2: Tensor) -> Tensor:
        z1, z2 = self.g(self.f(torch.cat([x1, x2]))).chunk(2)
        p1, p2 = self.p(torch.cat([z1, z2])).chunk(2)
        if self.s.stop_gradient:
            z1, z2 = z1.detach(), z2.detach()
        there = F.cosine_similarity(p1, z2, dim=1).mean()
        return -(there + F.cosine_similarity(p2, z1, dim=1).mean()) / 2


@pytest.mark.parametrize(
    "settings",
    [SIMCLR, replace(SIMCLR, projector="none"), replace(MOCO, projector="linear"), MOCO, SIMSIAM,
     replace(SIMSIAM, stop_gradient=False)],
)  # fmt: skip
def test_every_step_is_that_of_the_papers_algorithm_written_plainly(
    settings: ContrastSettings,
) -> None:
    contrast, plain = Contrast(settings, PICTURES[:40]), Plain(settings, PICTURES[:40])
    contrast.train(6)  # 2 batches an epoch, 8 pictures left out of each: past two shuffles
    losses = [plain.step() for _ in range(6)]
    assert measured(contrast, "loss") == pytest.approx(losses, abs=5e-3)  # float32's noise, grown
    mine = weights(contrast.encoder, contrast.projector, contrast.predictor)
    theirs, start = weights(plain.f, plain.g, plain.p), Plain(settings, PICTURES[:40])
    moved = (theirs - weights(start.f, start.g, start.p)).norm()
    assert (mine - theirs).norm() < 0.06 * moved
    if settings.method == "moco":
        keys = weights(contrast.key_encoder, contrast.key_projector)
        assert (keys - weights(plain.f_k, plain.g_k)).norm() < 0.06 * moved
        strip = contrast.queue.keys[contrast.queue.order()].flip(0)
        torch.testing.assert_close(strip, torch.stack(plain.queue), atol=5e-3, rtol=0)


@EVERY
def test_a_seed_decides_everything_and_other_seeds_give_other_trainings(
    settings: ContrastSettings,
) -> None:
    first, second = Contrast(settings, PICTURES), Contrast(settings, PICTURES)
    other = Contrast(replace(settings, seed=4), PICTURES)
    for contrast in (first, second, other):
        contrast.train(5)
    assert first.history.table.tobytes() == second.history.table.tobytes()
    assert alike(everything(first), everything(second))
    assert not set(measured(first, "spread")) & set(measured(other, "spread"))


def test_trainings_in_one_process_do_not_disturb_each_other_nor_the_global_seed() -> None:
    alone = Contrast(SIMCLR, PICTURES)
    alone.train(6)
    before = torch.get_rng_state()
    one, two = Contrast(SIMCLR, PICTURES), Contrast(MOCO, PICTURES)
    three = Supervised(SIMSIAM, PICTURES, SCENES.labels, 8)
    for steps in (1, 2, 3):
        two.train(steps)
        one.train(steps)
        three.train(steps)
    assert alike(everything(one), everything(alone))
    assert torch.equal(torch.get_rng_state(), before)


@EVERY
@pytest.mark.parametrize(("count", "size"), [(64, 2), (3, 16), (2, 2), (17, 16)])
def test_a_batch_of_2_and_fewer_pictures_than_a_batch_train(
    settings: ContrastSettings, count: int, size: int
) -> None:
    contrast = Contrast(replace(settings, batch_size=size), PICTURES[:count])
    contrast.train(4)
    assert contrast.step == len(contrast.history) == 4
    assert all(map(math.isfinite, measured(contrast, "loss")))
    assert contrast.latest is not None
    assert len(contrast.latest[0]) == min(size, count)


@EVERY
@pytest.mark.parametrize("temperature", [0.01, 10.0])
def test_identical_pictures_and_temperatures_at_their_ends_stay_finite(
    settings: ContrastSettings, temperature: float
) -> None:
    for pictures in (PICTURES[:1].repeat(32, 1, 1, 1), torch.zeros_like(PICTURES), PICTURES):
        contrast = Contrast(replace(settings, temperature=temperature), pictures)
        contrast.train(6)
        # The first step of MoCo has no negatives; who has a drift has no floor, and vice versa.
        told = contrast.history.table[: contrast.history.names.index("drift"), 1:]
        assert torch.from_numpy(told).isfinite().all()
        assert all(torch.isfinite(t).all() for t in everything(contrast))


def test_the_negatives_are_the_queue_before_the_step_and_the_queue_never_holds_a_positive() -> None:
    contrast = Contrast(MOCO, PICTURES)
    for step in range(6):
        before = contrast.queue.keys[: contrast.queue.filled].clone()
        contrast.train(1)
        assert contrast.latest is not None
        q, k = (F.normalize(z, dim=1) for z in contrast.latest)
        positive, negative = contrast.similarities()
        torch.testing.assert_close(negative.view(16, -1), q @ before.T)
        torch.testing.assert_close(positive, (q * k).sum(dim=1))
        assert len(before) == min(16 * step, 40)
        assert not (k @ before.T > 1 - 1e-6).any(), "a key of this batch was among them"
        logits = torch.cat([positive[:, None], negative.view(16, -1)], dim=1) / MOCO.temperature
        wanted = F.cross_entropy(logits, torch.zeros(16, dtype=torch.int64))
        assert measured(contrast, "loss")[-1] == pytest.approx(float(wanted), abs=1e-5)


def test_mocos_hits_compare_a_query_with_the_keys_of_its_batch() -> None:
    contrast = Contrast(MOCO, PICTURES)
    contrast.train(4)
    assert contrast.latest is not None
    q, k = contrast.latest
    hits = [
        all(
            F.cosine_similarity(q[i], k[i], 0) >= F.cosine_similarity(q[i], other, 0) for other in k
        )
        for i in range(16)
    ]
    assert measured(contrast, "hits")[-1] == pytest.approx(sum(hits) / 16)


def test_the_queue_says_which_pictures_its_keys_are_of_newest_first() -> None:
    contrast = Contrast(MOCO, PICTURES)
    contrast.train(3)
    stream = view_stream(PICTURES, MOCO.policy, 16, MOCO.seed)
    pushed = torch.cat([b.pictures for b in islice(stream, 3)])
    assert contrast.queue.pictures[contrast.queue.order()].tolist() == pushed.flip(0)[:40].tolist()


def test_keys_come_from_the_key_encoder_and_no_gradient_reaches_it() -> None:
    contrast = Contrast(replace(MOCO, momentum=1.0), PICTURES)
    with torch.no_grad():
        contrast.key_encoder.layers[0].weight.zero_()  # all its keys become alike
    contrast.train(2)
    assert contrast.latest is not None
    q, k = contrast.latest
    torch.testing.assert_close(k, k[:1].expand_as(k))
    assert not torch.allclose(q, q[:1].expand_as(q))
    key_side = (*contrast.key_encoder.parameters(), *contrast.key_projector.parameters())
    assert all(p.grad is None for p in key_side)


def test_momentum_0_makes_the_key_encoder_a_copy_and_momentum_1_leaves_it() -> None:
    copying, still = (Contrast(replace(MOCO, momentum=m), PICTURES) for m in (0.0, 1.0))
    start = weights(still.key_encoder, still.key_projector)
    assert copying.drift() == still.drift() == 0
    for contrast in (copying, still):
        contrast.train(5)
    assert torch.equal(weights(copying.encoder), weights(copying.key_encoder))
    assert torch.equal(weights(copying.projector), weights(copying.key_projector))
    assert measured(copying, "drift") == [0] * 5
    assert torch.equal(weights(still.key_encoder, still.key_projector), start)
    drifts = [0.0, *measured(still, "drift")]
    assert all(a < b for a, b in pairwise(drifts)), drifts


@pytest.mark.parametrize("settings", [SIMCLR, SIMSIAM], ids=lambda s: s.method)
def test_only_moco_moves_keys_and_only_simsiam_its_predictor(settings: ContrastSettings) -> None:
    contrast = Contrast(settings, PICTURES)
    keys, predictor = weights(contrast.key_encoder), weights(contrast.predictor)
    untrained = weights(contrast.untrained)
    contrast.train(2)
    assert torch.equal(weights(contrast.key_encoder), keys)
    assert contrast.queue.filled == 0
    assert math.isnan(contrast.drift())
    assert torch.equal(weights(contrast.predictor), predictor) == (settings.method == "simclr")
    assert torch.equal(weights(contrast.untrained), untrained)
    assert not torch.equal(weights(contrast.encoder), untrained)


def test_the_similarities_are_those_of_pairs_and_of_all_other_views() -> None:
    contrast = Contrast(SIMCLR, PICTURES)
    contrast.train(1)
    assert contrast.latest is not None
    z1, z2 = contrast.latest
    (positive, negative), both = contrast.similarities(), torch.cat([z1, z2])
    wanted = [
        float(F.cosine_similarity(both[i], both[j], dim=0))
        for i in range(32) for j in range(32) if j % 16 != i % 16
    ]  # fmt: skip
    torch.testing.assert_close(positive, F.cosine_similarity(z1, z2))
    assert negative.tolist() == pytest.approx(wanted, abs=1e-5)
    assert measured(contrast, "negative")[0] == pytest.approx(sum(wanted) / 960, abs=1e-5)


@pytest.mark.claims
def test_simsiam_collapses_without_the_stop_gradient_and_not_with_it() -> None:
    left = {}
    for stop in (True, False):
        contrast = Contrast(replace(SIMSIAM, stop_gradient=stop, batch_size=32), PICTURES)
        contrast.train(60)
        left[stop] = measured(contrast, "spread")[-1] * math.sqrt(contrast.projector.width)
    assert left[True] > 0.5, left
    assert left[False] < 0.15, left


def test_another_temperature_learning_rate_or_momentum_counts_from_the_next_step_on() -> None:
    contrast = Contrast(replace(SIMCLR, weight_decay=0), PICTURES)
    contrast.train(2)
    contrast.change(replace(contrast.settings, temperature=5.0, learning_rate=0.0))
    before = weights(contrast.encoder, contrast.projector)
    contrast.train(1)
    assert contrast.latest is not None
    loss = nt_xent(torch.cat(contrast.latest), 5.0).loss
    assert measured(contrast, "loss")[-1] == pytest.approx(float(loss), abs=1e-5)
    assert torch.equal(weights(contrast.encoder, contrast.projector), before)
    moco = Contrast(replace(MOCO, momentum=1.0), PICTURES)
    moco.train(2)
    moco.change(replace(MOCO, momentum=0.0))
    moco.train(1)
    assert moco.drift() == 0


@EVERY
def test_a_learning_rate_beyond_all_bounds_is_said_to_be_lost(settings: ContrastSettings) -> None:
    contrast = Contrast(replace(settings, learning_rate=1e30), PICTURES)
    with pytest.raises(Lost):
        contrast.train(20)
    assert contrast.step == len(contrast.history) + 1
    assert all(map(math.isfinite, measured(contrast, "loss")))


@pytest.mark.parametrize("space", ["h", "z"])
def test_embedding_is_the_forward_pass_in_eval_mode_and_leaves_every_mode(space: str) -> None:
    contrast = Contrast(SIMCLR, PICTURES)
    contrast.train(2)
    many = PICTURES.repeat(5, 1, 1, 1)[:300]  # more than go through at once
    got = contrast.embed(many, "h" if space == "h" else "z")
    assert torch.equal(got, contrast.embed(as_input(many), "h" if space == "h" else "z"))
    encoder, projector = copy.deepcopy(contrast.encoder), copy.deepcopy(contrast.projector)
    with torch.no_grad():
        h = encoder.eval()(many / 255)
        torch.testing.assert_close(got, h if space == "h" else projector.eval()(h))
    assert all(m.training for m in contrast.encoder.modules())
    assert all(m.training for m in contrast.projector.modules())
    assert not any(m.training for m in encoder.modules())
    embed(nn.Sequential(encoder, contrast.projector), many[:2])
    assert not any(m.training for m in encoder.modules())


def test_black_pictures_cannot_be_told_apart_so_the_loss_is_its_landmark() -> None:
    still = Policy(crop=0, flip=False, color=0, gray=0, blur=0, rotation=0)
    contrast = Contrast(replace(SIMCLR, policy=still), torch.zeros_like(PICTURES))
    contrast.train(1)
    told_of = dict(zip(contrast.history.names, contrast.history.table[:, -1], strict=True))
    assert told_of["loss"] == pytest.approx(math.log(31), abs=1e-3)
    assert told_of["hits"] == 0


def test_the_loss_is_never_below_the_floor_of_its_step() -> None:
    contrast = Contrast(SIMCLR, PICTURES)
    contrast.train(2)
    contrast.change(replace(SIMCLR, temperature=2.0))
    contrast.train(2)
    floors = measured(contrast, "floor")
    n = SIMCLR.batch_size
    assert floors == pytest.approx([floor(n, SIMCLR.temperature)] * 2 + [floor(n, 2.0)] * 2)
    assert all(a >= b for a, b in zip(measured(contrast, "loss"), floors, strict=True))


def test_a_query_may_meet_an_older_key_of_its_own_picture_and_that_is_counted() -> None:
    contrast = Contrast(replace(MOCO, batch_size=16, queue=24), PICTURES[:20])
    epochs = Batches(20, 16, MOCO.seed)  # an epoch has one whole batch, and four pictures are left
    queue: list[int] = []
    for _ in range(4):
        contrast.train(1)
        while len(batch := epochs.next().tolist()) < 16:
            pass
        assert contrast.repeated == sum(picture in queue for picture in batch)
        queue = (queue + batch)[-24:]
    assert contrast.repeated > 0
