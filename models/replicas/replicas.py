"""R small networks in one set of stacked tensors, trained together by plain autograd.

Shape letters: R replicas, N points of a batch, L layers of weights, C_l width of layer l, from
C_0 (the input) to C_L (the output), P numbers of all replicas together.

Small matrices cost what it takes to start an operation, not what is in them. So R networks are
one: `[R, C_{l-1}, C_l]` weights, one `baddbmm` a layer, one optimizer over one flat buffer whose
views the weights are.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from models.replicas.parts import (
    ACTIVATIONS,
    LOSSES,
    Activation,
    BatchNorm,
    Init,
    Loss,
    Options,
    accuracy,
    check,
    draw_init,
)

__all__ = [
    "ACTIVATIONS", "Activation", "BatchNorm", "Init", "Loss", "Losses", "Optimizer",
    "Options", "Replicas", "Trace", "accuracy", "as_module", "draw_init",
]  # fmt: skip

Optimizer = Literal["sgd", "momentum", "adam"]
EPS, BN_MOMENTUM = 1e-5, 0.1  # of BatchNorm, as in torch.nn.BatchNorm1d
BETA1, BETA2, ADAM_EPS = 0.9, 0.999, 1e-8  # as in torch.optim.Adam


class Trace(NamedTuple):
    """Everything between input and output, a list entry a layer, each [R, N, C_l].

    pre_activations: x W + b of every layer, the output's last; normalized: of each hidden layer
    gamma x_hat + beta, None where no replica has BatchNorm; activations: of each hidden layer as
    the next one receives it, dropout included; output: the last pre-activation.
    """

    pre_activations: list[Tensor]
    normalized: list[Tensor | None]
    activations: list[Tensor]
    output: Tensor


class Losses(NamedTuple):
    """Of each replica, [R]. What is optimized is their sum."""

    data: Tensor
    penalty: Tensor


class Replicas:
    """R networks C_0-…-C_L of one activation and loss; `options` says how each differs.

    `seed` is that of the dropout masks: `torch.rand(R, N, C_l)` a hidden layer a step, in order,
    so that a script that trains one replica draws the same block and takes its own slice.
    Raises ValueError for shapes and options that do not fit.
    """

    def __init__(
        self,
        shape: Sequence[int],
        options: Sequence[Options],
        *,
        activation: Activation = "tanh",
        loss: Loss = "squared",
        optimizer: Optimizer = "sgd",
        momentum: float = 0.9,
        seed: int = 0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        check(shape, options)
        self.shape, self.count, self.dtype = tuple(shape), len(options), dtype
        self.activation, self.loss, self.optimizer = activation, loss, optimizer
        self._act, self._loss, self._momentum = ACTIVATIONS[activation], LOSSES[loss], momentum
        self.batchnorm_momentum = (
            BN_MOMENTUM  # the share of the new batch in the running statistics
        )
        self._generator = torch.Generator().manual_seed(seed)
        self._hidden = len(shape) - 2
        places = [o.batchnorm for o in options]
        self.before = torch.tensor([p == "before" for p in places])[:, None, None]
        self.after = torch.tensor([p == "after" for p in places])[:, None, None]
        self._any_after = "after" in places
        self._allocate(any(p != "none" for p in places))
        self._initialize(options)
        self.set_options(options)

    # --- What they are made of ------------------------------------------------------------------

    def _allocate(self, with_batchnorm: bool) -> None:
        """One flat buffer of parameters and one of gradients; the tensors are views of them."""
        pairs = list(pairwise(self.shape))
        hidden = self.shape[1:-1] if with_batchnorm else ()
        shapes: list[tuple[int, ...]] = [(self.count, *pair) for pair in pairs]
        shapes += [(self.count, out) for _, out in pairs]
        shapes += [(self.count, width) for width in hidden] * 2
        sizes = [torch.Size(shape).numel() for shape in shapes]
        self.flat = torch.zeros(sum(sizes), dtype=self.dtype)
        self._flat_gradient = torch.zeros_like(self.flat)
        views = [v.view(s) for v, s in zip(torch.split(self.flat, sizes), shapes, strict=True)]
        gradients = torch.split(self._flat_gradient, sizes)
        for view, gradient, shape in zip(views, gradients, shapes, strict=True):
            view.requires_grad_()
            view.grad = gradient.view(shape)
        layers = len(pairs)
        self._views = views
        self.weights, self.biases = views[:layers], views[layers : 2 * layers]
        self.gamma = views[2 * layers : 2 * layers + len(hidden)]
        self.beta = views[2 * layers + len(hidden) :]
        self.running_mean = [torch.zeros(self.count, w, dtype=self.dtype) for w in hidden]
        self.running_var = [torch.ones(self.count, w, dtype=self.dtype) for w in hidden]
        self._first = torch.zeros_like(self.flat)  # momentum's velocity, or Adam's first moment
        self._second = torch.zeros_like(self.flat)
        self._steps = 0
        self._ones = torch.ones(self.count, dtype=self.dtype)  # each loss counts by itself

    @torch.no_grad()
    def _initialize(self, options: Sequence[Options]) -> None:
        """Each replica's own start, in the corner that its widths use."""
        for r, option in enumerate(options):
            used = (self.shape[0], *(option.widths or self.shape[1:-1]), self.shape[-1])
            weights, biases = draw_init(used, option, torch.float64)  # the same start in any dtype
            for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
                self.weights[layer][r, : used[layer], : used[layer + 1]] = weight
                self.biases[layer][r, : used[layer + 1]] = bias
        for gamma in self.gamma:
            gamma.fill_(1)

    def set_options(self, options: Sequence[Options]) -> None:
        """Take other learning rates, penalties, dropout and widths from the next step on. Weights
        and the optimizer's state stay; start, and place of BatchNorm, are those of the beginning.
        """
        check(self.shape, options)
        if len(options) != self.count:
            raise ValueError(f"{self.count} replicas need as many options, not {len(options)}")
        self.options = tuple(options)
        used = [o.widths or self.shape[1:-1] for o in options]
        self._masks = [
            (torch.arange(width) < torch.tensor([w[layer] for w in used])[:, None]).to(self.dtype)
            for layer, width in enumerate(self.shape[1:-1])
        ]
        self._masked = any(not bool(mask.all()) for mask in self._masks)
        self._rate = self._spread([o.learning_rate for o in options], self._views)
        self._l1 = self._spread([o.l1 for o in options], self.weights)
        self._l2 = self._spread([o.l2 for o in options], self.weights)
        self._has_l1, self._has_l2 = any(o.l1 for o in options), any(o.l2 for o in options)
        if self._masked:  # an unused weight costs no penalty
            in_use = torch.cat([part.flatten() for part in self._in_use()])
            self._l1[: len(in_use)] *= in_use
            self._l2[: len(in_use)] *= in_use
        drop = torch.tensor([o.dropout for o in options], dtype=self.dtype)
        self._drop = drop[:, None, None] if drop.any() else None

    def _spread(self, values: Sequence[float], tensors: Sequence[Tensor]) -> Tensor:
        """A flat buffer with each replica's value in `tensors`, which stand first, and 0 after."""
        spread = torch.zeros_like(self.flat)
        one = torch.tensor(values, dtype=self.dtype)
        parts = [one.view(-1, *[1] * (t.dim() - 1)).expand(t.shape).flatten() for t in tensors]
        spread[: sum(map(len, parts))] = torch.cat(parts)
        return spread

    def _in_use(self) -> list[Tensor]:
        """For each weight 1 where both its ends are used, else 0."""
        ones = torch.ones(self.count, 1, dtype=self.dtype)
        ends = [ones.expand(-1, self.shape[0]), *self._masks, ones.expand(-1, self.shape[-1])]
        return [a[:, :, None] * b[:, None, :] for a, b in pairwise(ends)]

    @property
    def gradients(self) -> list[Tensor]:
        """Of the optimized loss by each layer's weights at the last step; 0 before the first."""
        return [weight.grad for weight in self.weights if weight.grad is not None]

    def parameters_each(self) -> Tensor:
        """How many numbers each replica trains, int64 [R]; masked ones do not count."""
        used = torch.tensor(
            [[self.shape[0], *(o.widths or self.shape[1:-1]), self.shape[-1]] for o in self.options]
        )
        count = (used[:, :-1] * used[:, 1:] + used[:, 1:]).sum(dim=1)
        batchnorm = torch.tensor([o.batchnorm != "none" for o in self.options])
        return count + 2 * used[:, 1:-1].sum(dim=1) * batchnorm

    # --- What they do ---------------------------------------------------------------------------

    def forward(self, x: Tensor, training: bool = False) -> Trace:
        """Run on x [N, C_0], or [R, N, C_0]; in training with dropout and batch statistics, which
        then enter the running ones.
        """
        h = x.to(self.dtype)
        h = h.expand(self.count, *h.shape) if h.dim() == 2 else h
        pre_activations: list[Tensor] = []
        normalized: list[Tensor | None] = []
        activations: list[Tensor] = []
        for layer in range(self._hidden):
            z = torch.baddbmm(self.biases[layer][:, None], h, self.weights[layer])
            pre_activations.append(z)
            h, normal = self._activate(z, layer, training)
            normalized.append(normal)
            if self._masked:
                h = h * self._masks[layer][:, None]
            if training and self._drop is not None:
                draw = torch.rand(h.shape, generator=self._generator, dtype=self.dtype)
                h = h * ((draw >= self._drop) / (1 - self._drop))
            activations.append(h)
        output = torch.baddbmm(self.biases[-1][:, None], h, self.weights[-1])
        return Trace([*pre_activations, output], normalized, activations, output)

    def _activate(self, z: Tensor, layer: int, training: bool) -> tuple[Tensor, Tensor | None]:
        """The activation, with BatchNorm where each replica has it."""
        if not self.gamma:
            return self._act(z), None
        source = torch.where(self.after, self._act(z), z) if self._any_after else z
        normal = self._normalize(source, layer, training)
        h = self._act(torch.where(self.before, normal, z))
        return torch.where(self.after, normal, h) if self._any_after else h, normal

    def _normalize(self, x: Tensor, layer: int, training: bool) -> Tensor:
        """BatchNorm (Ioffe and Szegedy, 2015, algorithm 1) over the points of each replica.

        A batch of one point has variance 0: x_hat is 0, and the running variance takes in 0.
        """
        mean, var = self.running_mean[layer], self.running_var[layer]
        if training:
            batch_var, batch_mean = torch.var_mean(x, dim=1, correction=0)
            n = x.shape[1]
            with torch.no_grad():
                mean.lerp_(batch_mean, self.batchnorm_momentum)
                var.lerp_(batch_var * (n / max(n - 1, 1)), self.batchnorm_momentum)
            mean, var = batch_mean, batch_var
        x_hat = (x - mean[:, None]) * torch.rsqrt(var[:, None] + EPS)
        return torch.addcmul(self.beta[layer][:, None], self.gamma[layer][:, None], x_hat)

    def predict(self, x: Tensor) -> Tensor:
        """The output in eval mode, [R, N, C_L], without gradients."""
        with torch.no_grad():
            output: Tensor = self.forward(x).output
            return output

    def peek(self, x: Tensor) -> Trace:
        """What training would see of the batch x, without dropout, gradients, or any effect."""
        kept = [statistic.clone() for statistic in (*self.running_mean, *self.running_var)]
        drop, self._drop = self._drop, None
        with torch.no_grad():
            trace = self.forward(x, training=True)
            for statistic, before in zip(
                (*self.running_mean, *self.running_var), kept, strict=True
            ):
                statistic.copy_(before)
        self._drop = drop
        return trace

    def evaluate(self, x: Tensor, y: Tensor) -> Tensor:
        """The data loss in eval mode, [R]."""
        with torch.no_grad():
            return self._loss(self.forward(x).output, self._target(y))

    def _target(self, y: Tensor) -> Tensor:
        return y.to(self.dtype) if y.is_floating_point() else y

    def penalty(self) -> Tensor:
        """l1 * sum |w| + l2 * sum w^2 over the used weights of each replica, [R]."""
        total = torch.zeros(self.count, dtype=self.dtype)
        if not (self._has_l1 or self._has_l2):
            return total
        with torch.no_grad():
            costs = self._l1 * self.flat.abs() + self._l2 * self.flat.square()
            parts = torch.split(costs, [view.numel() for view in self._views])
            for part, weight in zip(parts, self.weights, strict=False):
                total += part.view(weight.shape).sum(dim=(1, 2))
            return total

    def step(self, x: Tensor, y: Tensor) -> Losses:
        """One update of every replica on a batch; the losses are those before it.

        y: [N] targets, int64 classes for the cross-entropy over several outputs, -1 and +1 for
        the hinge; [N, C_L] for the squared error of several outputs.
        """
        penalty = self.penalty()
        self._flat_gradient.zero_()
        with torch.enable_grad():
            data = self._loss(self.forward(x, training=True).output, self._target(y))
            torch.autograd.backward(data, self._ones)
        with torch.no_grad():
            if self._has_l2:
                self._flat_gradient.addcmul_(self._l2, self.flat, value=2)
            if self._has_l1:
                self._flat_gradient.addcmul_(self._l1, self.flat.sign())
            self._update()
        return Losses(data.detach(), penalty)

    def _update(self) -> None:
        gradient = self._flat_gradient
        if self.optimizer == "sgd":
            self.flat.addcmul_(self._rate, gradient, value=-1)
        elif self.optimizer == "momentum":
            self._first.mul_(self._momentum).add_(gradient)
            self.flat.addcmul_(self._rate, self._first, value=-1)
        else:  # Kingma and Ba, 2015, algorithm 1
            self._steps += 1
            self._first.lerp_(gradient, 1 - BETA1)
            self._second.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
            size = (self._second / (1 - BETA2**self._steps)).sqrt_().add_(ADAM_EPS)
            scale = 1 / (1 - BETA1**self._steps)
            self.flat.addcmul_(self._rate, self._first.div(size), value=-scale)


class Act(nn.Module):
    """One of `ACTIVATIONS` as a module."""

    def __init__(self, name: Activation) -> None:
        super().__init__()
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        return ACTIVATIONS[self.name](x)

    def extra_repr(self) -> str:
        return self.name


@torch.no_grad()
def as_module(networks: Replicas, r: int) -> nn.Sequential:
    """Replica r as it would be written plainly with torch.nn, with its weights of now and only
    the units that it uses.
    """
    option = networks.options[r]
    used = (networks.shape[0], *(option.widths or networks.shape[1:-1]), networks.shape[-1])
    modules: list[nn.Module] = []
    for layer, (width, out) in enumerate(pairwise(used)):
        linear = nn.Linear(width, out, dtype=networks.dtype)
        linear.weight.copy_(networks.weights[layer][r, :width, :out].T)
        linear.bias.copy_(networks.biases[layer][r, :out])
        modules.append(linear)
        if layer == len(used) - 2:
            break
        block: list[nn.Module] = [Act(networks.activation)]
        if option.batchnorm != "none":
            block.insert(option.batchnorm == "after", batchnorm_of(networks, layer, r, out))
        modules += block
        if option.dropout:
            modules.append(nn.Dropout(option.dropout))
    return nn.Sequential(*modules)


def batchnorm_of(networks: Replicas, layer: int, r: int, width: int) -> nn.BatchNorm1d:
    momentum = networks.batchnorm_momentum
    module = nn.BatchNorm1d(width, eps=EPS, momentum=momentum, dtype=networks.dtype)
    module.weight.copy_(networks.gamma[layer][r, :width])
    module.bias.copy_(networks.beta[layer][r, :width])
    assert module.running_mean is not None
    assert module.running_var is not None
    module.running_mean.copy_(networks.running_mean[layer][r, :width])
    module.running_var.copy_(networks.running_var[layer][r, :width])
    return module
