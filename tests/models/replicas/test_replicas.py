"""Stacked networks: each equals the same network written with torch.nn and trained alone."""

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from models.replicas.replicas import (
    Activation,
    BatchNorm,
    Init,
    Options,
    Replicas,
    accuracy,
    as_module,
    draw_init,
)
from models.training import Batches

STEPS, BATCH = 200, 8
SHAPE = (2, 5, 4, 1)
BASE = Options(seed=3, learning_rate=0.05)
# What stands beside the one that is checked, so that the stack is a mixed one.
OTHERS = (
    Options(seed=11, learning_rate=0.3, l2=0.01),
    Options(seed=12, widths=(2, 3), dropout=0.5),
    Options(seed=13, batchnorm="after", l1=0.02),
)


class FixedDropout(nn.Module):
    """Dropout with the stack's own masks: draws the whole block and takes one slice."""

    def __init__(self, share: float, r: int, count: int, full: int, generator: Any) -> None:
        super().__init__()
        self.share, self.r, self.count, self.full = share, r, count, full
        self.generator = generator

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        block = (self.count, len(x), self.full)
        draw = torch.rand(block, generator=self.generator, dtype=x.dtype)[self.r, :, : x.shape[1]]
        return x * (draw >= self.share) / (1 - self.share)


def data(loss: str, outputs: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(30, 2, generator=generator, dtype=torch.float64)
    if outputs > 1 and loss != "squared":
        return x, torch.randint(outputs, (30,), generator=generator)
    if outputs > 1:
        return x, torch.randn(30, outputs, generator=generator, dtype=torch.float64)
    side = (x[:, 0] * x[:, 1] > 0).double()
    return x, {"squared": x.sum(dim=1), "cross-entropy": side, "hinge": 2 * side - 1}[loss]


def loss_of(loss: str, output: Tensor, y: Tensor) -> Tensor:
    """The loss as torch.nn has it."""
    several = output.shape[1] > 1
    if loss == "squared":
        return F.mse_loss(output, y if several else y[:, None])
    if loss == "cross-entropy":
        if several:
            return F.cross_entropy(output, y)
        return F.binary_cross_entropy_with_logits(output[:, 0], y)
    if several:
        return F.multi_margin_loss(output, y)
    return F.hinge_embedding_loss(y * output[:, 0], -torch.ones_like(y))


def train_alone(
    stack: Replicas, r: int, x: Tensor, y: Tensor, optimizer: str, loss: str, steps: int = STEPS
) -> nn.Sequential:
    """Replica r written with torch.nn, from the stack's start, trained with torch.optim."""
    module, option = as_module(stack, r), stack.options[r]
    generator = torch.Generator().manual_seed(5)
    if any(o.dropout for o in stack.options):
        modules: list[nn.Module] = []
        for part in module:
            if not isinstance(part, nn.Dropout):
                modules.append(part)
            full = stack.shape[1 + sum(isinstance(m, FixedDropout) for m in modules)]
            last = isinstance(part, nn.Dropout) if option.dropout else False
            if last:
                modules.append(FixedDropout(option.dropout, r, stack.count, full, generator))
        module = nn.Sequential(*modules)
    rate = option.learning_rate
    chosen: torch.optim.Optimizer = {
        "sgd": lambda: torch.optim.SGD(module.parameters(), rate),
        "momentum": lambda: torch.optim.SGD(module.parameters(), rate, momentum=0.9),
        "adam": lambda: torch.optim.Adam(module.parameters(), rate),
    }[optimizer]()
    weights = [m.weight for m in module if isinstance(m, nn.Linear)]
    batches = Batches(len(x), BATCH, seed=1)
    for _ in range(steps):
        chosen.zero_grad()
        index = batches.next()
        total = loss_of(loss, module(x[index]), y[index])
        for weight in weights:
            total = total + option.l1 * weight.abs().sum() + option.l2 * weight.square().sum()
        total.backward()
        chosen.step()
    return module


def assert_equals_alone(
    option: Options,
    shape: tuple[int, ...] = SHAPE,
    activation: Activation = "tanh",
    loss: Any = "squared",
    optimizer: Any = "sgd",
    others: tuple[Options, ...] = OTHERS,
) -> None:
    """The checked replica is the stack's second; both are trained on the same batches."""
    options = [*others[:1], option, *others[1:]]
    made: dict[str, Any] = {
        "activation": activation, "loss": loss, "optimizer": optimizer, "seed": 5,
        "dtype": torch.float64,
    }  # fmt: skip
    stack, start = Replicas(shape, options, **made), Replicas(shape, options, **made)
    x, y = data(loss, shape[-1])
    batches = Batches(len(x), BATCH, seed=1)
    for _ in range(STEPS):
        index = batches.next()
        stack.step(x[index], y[index])
    alone = train_alone(start, 1, x, y, optimizer, loss).eval()
    assert not torch.equal(start.flat, stack.flat)
    for name, value in as_module(stack, 1).state_dict().items():
        if "num_batches" not in name:
            torch.testing.assert_close(
                value,
                numbered(alone)[name],
                atol=1e-5,
                rtol=1e-5,
                msg=lambda m, n=name: f"{n}: {m}",
            )
    with torch.no_grad():
        torch.testing.assert_close(stack.predict(x)[1], alone(x), atol=1e-5, rtol=1e-5)


def numbered(module: nn.Sequential) -> dict[str, Tensor]:
    return dict(module.state_dict())


@pytest.mark.parametrize("activation", get_args(Activation))
def test_a_replica_equals_the_network_alone_for_each_activation(activation: Activation) -> None:
    assert_equals_alone(BASE, activation=activation)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("loss", ["squared", "cross-entropy", "hinge"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_a_replica_equals_the_network_alone_for_each_loss_and_optimizer(
    loss: str, optimizer: str, outputs: int
) -> None:
    rate = 0.01 if optimizer == "momentum" else 0.05
    others = tuple(replace(o, learning_rate=rate) for o in OTHERS)
    option = replace(BASE, learning_rate=rate)
    assert_equals_alone(option, (2, 5, 4, outputs), "tanh", loss, optimizer, others)


@pytest.mark.parametrize("init", get_args(Init))
def test_a_replica_equals_the_network_alone_for_each_start(init: Init) -> None:
    assert_equals_alone(replace(BASE, init=init, init_scale=0.7, learning_rate=0.02))


@pytest.mark.parametrize("place", get_args(BatchNorm))
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_replica_equals_the_network_alone_for_each_place_of_batchnorm(
    place: BatchNorm, optimizer: str
) -> None:
    assert_equals_alone(replace(BASE, batchnorm=place), optimizer=optimizer)


@pytest.mark.parametrize(
    "change",
    [
        {"l1": 0.01},
        {"l2": 0.02},
        {"l1": 0.003, "l2": 0.01},
        {"widths": (3, 2)},
        {"widths": (1, 1), "l2": 0.01},
        {"learning_rate": 0.2},
        {"widths": (4, 4), "batchnorm": "before", "l1": 0.01},
    ],
    ids=str,
)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_replica_equals_the_network_alone_for_each_lever(
    change: dict[str, Any], optimizer: str
) -> None:
    assert_equals_alone(replace(BASE, **change), optimizer=optimizer)


@pytest.mark.parametrize("place", get_args(BatchNorm))
def test_a_replica_equals_the_network_alone_with_dropout(place: BatchNorm) -> None:
    others = (Options(seed=11), Options(seed=12))
    assert_equals_alone(replace(BASE, dropout=0.4, batchnorm=place), others=others)


def test_no_hidden_layer_is_plain_linear_regression() -> None:
    assert_equals_alone(BASE, (2, 1), others=(Options(seed=1),))


def test_one_step_by_hand() -> None:
    stack = Replicas((1, 1), [Options(init="zero", learning_rate=0.5)], dtype=torch.float64)
    losses = stack.step(torch.tensor([[1.0], [3.0]]), torch.tensor([2.0, 4.0]))
    assert losses.data.tolist() == [(4 + 16) / 2]
    # d/dw = mean 2 (f - y) x = -(2*2*1 + 2*4*3) / 2 = -14; d/db = -(4 + 8) / 2 = -6
    assert stack.weights[0].tolist() == [[[7.0]]]
    assert stack.biases[0].tolist() == [[3.0]]
    assert stack.gradients[0].tolist() == [[[-14.0]]]


def test_the_penalty_is_what_the_options_say_and_counts_no_bias() -> None:
    options = [Options(seed=1, init="torch", l1=0.5, l2=0.25), Options(seed=2, init="torch")]
    stack = Replicas(SHAPE, options, dtype=torch.float64)
    weights = [weight[0] for weight in stack.weights]
    expected = sum(0.5 * w.abs().sum() + 0.25 * w.square().sum() for w in weights)
    torch.testing.assert_close(
        stack.penalty(), torch.stack([expected.detach(), torch.zeros(()).double()])
    )
    losses = stack.step(*data("squared", 1))
    torch.testing.assert_close(losses.penalty[0], expected.detach())


def test_a_unit_that_is_not_in_use_has_no_say_no_gradient_and_no_penalty() -> None:
    stack = Replicas(SHAPE, [Options(seed=1, l2=0.1, l1=0.1)], dtype=torch.float64)
    x, y = data("squared", 1)
    before = stack.weights[0].detach().clone()
    stack.set_options([replace(stack.options[0], widths=(2, 3))])
    for _ in range(20):
        stack.step(x, y)
    assert torch.equal(stack.weights[0][0, :, 2:], before[0, :, 2:])
    assert not torch.equal(stack.weights[0][0, :, :2], before[0, :, :2])
    assert not stack.gradients[0][0, :, 2:].any()
    assert not stack.gradients[1][0, 2:].any()
    smaller = as_module(stack, 0)
    torch.testing.assert_close(stack.predict(x)[0], smaller(x).detach())
    assert int(stack.parameters_each()[0]) == sum(p.numel() for p in smaller.parameters())
    expected = sum(
        0.1 * m.weight.abs().sum() + 0.1 * m.weight.square().sum()
        for m in smaller
        if isinstance(m, nn.Linear)
    )
    torch.testing.assert_close(stack.penalty()[0], expected.detach())


def test_new_options_take_effect_at_the_next_step_and_keep_weights_and_state() -> None:
    x, y = data("squared", 1)
    made: dict[str, Any] = {"optimizer": "adam", "dtype": torch.float64}
    changed, kept = Replicas(SHAPE, [BASE], **made), Replicas(SHAPE, [BASE], **made)
    for _ in range(5):
        changed.step(x, y)
        kept.step(x, y)
    changed.set_options([replace(BASE, learning_rate=0.0)])
    still = changed.flat.clone()
    changed.step(x, y)
    kept.step(x, y)
    assert torch.equal(changed.flat, still)
    changed.set_options([BASE])
    before = changed.flat.clone()
    changed.step(x, y)
    assert not torch.equal(changed.flat, before)


def test_two_stacks_in_one_process_do_not_disturb_each_other() -> None:
    x, y = data("squared", 1)
    options = [replace(BASE, dropout=0.3)]

    def trained(other: Replicas | None) -> Tensor:
        stack = Replicas(SHAPE, options, seed=9)
        for _ in range(20):
            stack.step(x, y)
            if other:
                other.step(x, y)
                torch.rand(3)
        return stack.flat

    assert torch.equal(trained(None), trained(Replicas(SHAPE, options, seed=1)))


def test_predicting_changes_nothing_and_leaves_grad_mode_alone() -> None:
    stack = Replicas(SHAPE, [replace(BASE, batchnorm="before", dropout=0.5)])
    x, y = data("squared", 1)
    stack.step(x, y)
    before = [stack.flat.clone(), stack.running_mean[0].clone(), stack.running_var[1].clone()]
    first, second = stack.predict(x), stack.predict(x)
    assert torch.equal(first, second)
    stack.evaluate(x, y)
    after = [stack.flat, stack.running_mean[0], stack.running_var[1]]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert torch.is_grad_enabled()


def test_peeking_shows_training_mode_and_changes_nothing() -> None:
    made = [replace(BASE, batchnorm="before", dropout=0.5)]
    peeked, untouched = (Replicas(SHAPE, made, dtype=torch.float64, seed=2) for _ in range(2))
    x, y = data("squared", 1)
    normal = peeked.peek(x).normalized[0]
    assert normal is not None
    torch.testing.assert_close(normal.mean(dim=1), peeked.beta[0].detach(), atol=1e-9, rtol=0)
    for stack in (peeked, untouched):
        stack.step(x, y)
        stack.step(x, y)
    assert torch.equal(peeked.flat, untouched.flat)
    assert torch.equal(peeked.running_var[0], untouched.running_var[0])


def test_a_batch_of_one_point_trains_also_with_batchnorm() -> None:
    stack = Replicas(SHAPE, [replace(BASE, batchnorm="before"), BASE])
    x, y = data("squared", 1)
    for i in range(10):
        stack.step(x[i : i + 1], y[i : i + 1])
    assert stack.flat.isfinite().all()
    trace = stack.forward(x[:1], training=True)
    assert trace.normalized[0] is not None
    torch.testing.assert_close(trace.normalized[0][0, 0], stack.beta[0][0])


def test_a_batch_of_its_own_for_each_replica() -> None:
    stack = Replicas(SHAPE, [BASE, replace(BASE, seed=4)], dtype=torch.float64)
    x, _ = data("squared", 1)
    each = torch.stack([x, x.flip(0)])
    torch.testing.assert_close(stack.predict(each)[1], stack.predict(x)[1].flip(0))


def test_the_trace_holds_every_layer() -> None:
    stack = Replicas(SHAPE, [BASE, replace(BASE, batchnorm="after")], dtype=torch.float64)
    x, _ = data("squared", 1)
    trace = stack.forward(x)
    assert [tuple(z.shape) for z in trace.pre_activations] == [(2, 30, c) for c in SHAPE[1:]]
    assert [tuple(h.shape) for h in trace.activations] == [(2, 30, c) for c in SHAPE[1:-1]]
    torch.testing.assert_close(trace.activations[0][0], trace.pre_activations[0][0].tanh())
    assert trace.output is trace.pre_activations[-1]


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((2,), [BASE]),
        ((2, 0, 1), [BASE]),
        ((2, 1), []),
        (SHAPE, [replace(BASE, widths=(0, 1))]),
        (SHAPE, [replace(BASE, widths=(6, 1))]),
        (SHAPE, [replace(BASE, widths=(2,))]),
        (SHAPE, [replace(BASE, dropout=1.0)]),
    ],
    ids=str,
)
def test_what_makes_no_network_is_refused(shape: tuple[int, ...], options: list[Options]) -> None:
    with pytest.raises(ValueError):
        Replicas(shape, options)


def test_accuracy_of_one_and_of_several_outputs() -> None:
    one = torch.tensor([[[0.5], [-2.0], [3.0], [-1.0]]])
    for y in (torch.tensor([1.0, 0.0, 0.0, 0.0]), torch.tensor([1.0, -1.0, -1.0, -1.0])):
        assert accuracy(one, y).tolist() == [0.75]
    several = torch.tensor([[[0.1, 0.9], [0.8, 0.2]], [[0.9, 0.1], [0.8, 0.2]]])
    assert accuracy(several, torch.tensor([1, 0])).tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("init", "deviation"),
    [("xavier", (2 / 300) ** 0.5), ("he", 0.1), ("torch", (1 / 600) ** 0.5), ("normal", 1.0)],
)
def test_a_start_has_the_spread_of_its_name(init: Init, deviation: float) -> None:
    weights, biases = draw_init((200, 100), Options(init=init, init_scale=2), torch.float64)
    assert abs(float(weights[0].std()) / (2 * deviation) - 1) < 0.02
    assert bool(biases[0].any()) == (init == "torch")


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 99))
def test_an_epoch_of_batches_holds_every_point_once(n: int, size: int, seed: int) -> None:
    batches = Batches(n, size, seed)
    for _ in range(3):
        pieces = [batches.next() for _ in range(-(-n // size))]
        assert sorted(torch.cat(pieces).tolist()) == list(range(n))
        assert all(len(piece) == size for piece in pieces[:-1])


def test_batches_of_another_size_go_on_in_the_same_epoch() -> None:
    batches = Batches(10, 4, 0)
    first = batches.next()
    batches.resize(10, 3)
    rest = torch.cat([batches.next(), batches.next()])
    assert sorted(torch.cat([first, rest]).tolist()) == list(range(10))
    batches.resize(20, 20)
    np.testing.assert_array_equal(np.sort(batches.next()), np.arange(20))
