"""The contrastive lab's networks: their sizes, their start, and no touch of the global seed."""

import pytest
import torch
from torch import Tensor, nn

from models.representation.encoder import Encoder, Predictor, Projector, initialize
from models.representation.sizes import (
    D_H,
    D_P,
    D_Z,
    ENCODER_PARAMETERS,
    KINDS,
    PREDICTOR_PARAMETERS,
    PROJECTOR_PARAMETERS,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int, size: int = 32) -> Tensor:
    return torch.rand(n, 3, size, size, generator=seeded(9))


def learned(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("size", [8, 32, 33, 64])
@pytest.mark.parametrize("n", [2, 5])
def test_an_encoder_gives_128_features_of_pictures_of_any_size(n: int, size: int) -> None:
    h = Encoder(seeded())(pictures(n, size))
    assert h.shape == (n, D_H) == (n, 128)
    assert (h >= 0).all()
    assert h.std(dim=0).max() > 0  # it tells the pictures apart


def test_the_sizes_stated_are_the_modules() -> None:
    f = Encoder(seeded())
    assert learned(f) == ENCODER_PARAMETERS
    assert 90_000 <= ENCODER_PARAMETERS <= 110_000
    for kind in KINDS:
        g = Projector(kind, seeded())
        assert learned(g) == PROJECTOR_PARAMETERS[kind]
        assert g(torch.rand(4, D_H)).shape == (4, g.width)
    predictor = Predictor(seeded())
    assert learned(predictor) == PREDICTOR_PARAMETERS
    assert predictor(torch.rand(4, D_Z)).shape == (4, D_Z)
    assert D_P < D_Z


def test_no_projector_hands_its_input_on() -> None:
    h = torch.rand(3, D_H, requires_grad=True)
    assert Projector("none", seeded())(h) is h
    linear = Projector("linear", seeded())
    apart = linear(h) - linear(torch.zeros(3, D_H))
    torch.testing.assert_close(linear(2 * h) - linear(h), apart)


def test_an_unknown_projector_is_refused() -> None:
    with pytest.raises(ValueError, match="none, linear, mlp"):
        Projector("deep", seeded())


def test_weights_come_from_the_generator_and_not_from_the_global_seed() -> None:
    def start(seed: int) -> list[Tensor]:
        generator = seeded(seed)
        made = (Encoder(generator), Projector("mlp", generator), Predictor(generator))
        return [value for module in made for value in module.state_dict().values()]

    state = torch.random.get_rng_state()
    one = start(0)
    assert torch.equal(torch.random.get_rng_state(), state)
    with torch.random.fork_rng():
        torch.manual_seed(123)
        two = start(0)
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not torch.equal(one[0], start(1)[0])
    assert all(torch.isfinite(value.float()).all() for value in one)
    assert all(value.device.type == "cpu" for value in one)


def test_a_start_has_hes_variance_and_fresh_batch_norm() -> None:
    f = Encoder(seeded())
    f(pictures(8))  # moves the running statistics
    initialize(f, seeded(3))
    convolutions = [m for m in f.modules() if isinstance(m, nn.Conv2d)]
    norms = [m for m in f.modules() if isinstance(m, nn.BatchNorm2d)]
    assert len(convolutions) == len(norms) == 8
    for layer in convolutions:
        fan_in = layer.weight[0].numel()
        # 5 standard errors of a variance of n normal values, which is sqrt(2 / n) of it
        allowed = 5 * (2 / layer.weight.numel()) ** 0.5
        assert float(layer.weight.detach().var()) * fan_in / 2 == pytest.approx(1, abs=allowed)
    for norm in norms:
        assert norm.running_mean is not None
        assert norm.running_var is not None
        assert not norm.running_mean.any()
        assert (norm.running_var == 1).all()
        assert (norm.weight == 1).all()
        assert not norm.bias.any()


def test_every_weight_gets_a_gradient() -> None:
    generator = seeded()
    f, g, q = Encoder(generator), Projector("mlp", generator), Predictor(generator)
    q(g(f(pictures(8)))).square().sum().backward()
    for module in (f, g, q):
        for name, p in module.named_parameters():
            assert p.grad is not None, name
            assert p.grad.abs().sum() > 0, name


def test_in_eval_a_picture_does_not_depend_on_its_batch_in_training_it_does() -> None:
    f = Encoder(seeded())
    x = pictures(6)
    assert not torch.allclose(f(x)[:2], f(x[:2]), atol=1e-3)
    f.eval()
    torch.testing.assert_close(f(x)[:2], f(x[:2]))
    assert f(x[:1]).shape == (1, D_H)


def test_channels_last_computes_the_same() -> None:
    f = Encoder(seeded()).eval()
    expected = f(pictures(4))
    f.to(memory_format=torch.channels_last)
    x = pictures(4).contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(f(x), expected, atol=1e-4, rtol=1e-4)
