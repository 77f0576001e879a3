"""Claims about EfficientNet-Lite0. Oracles: torch's convolution and BatchNorm, and two photos."""

import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_sample_image
from torch import nn
from torchvision.models import MobileNet_V2_Weights

from models.detection import imagenet
from models.detection.backbone import Backbone
from models.detection.efficientnet import (
    Classifier,
    ConvNorm,
    InvertedResidual,
    Trunk,
    filter_channels,
    fold_batchnorm,
    folded,
    same_padding,
)
from models.detection.imagenet import imagenet_state, load_classifier, load_trunk, rename
from models.detection.preprocess import normalize

NAMES = MobileNet_V2_Weights.IMAGENET1K_V1.meta["categories"]


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def with_random_statistics(module: nn.Module, seed: int = 0) -> nn.Module:
    """As after a training: no BatchNorm is the identity."""
    g = seeded(seed)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            for value, low in ((part.weight, 0.5), (part.running_var, 0.2)):
                value.data.copy_(low + torch.rand(value.shape, generator=g))
            for value in (part.bias, part.running_mean):
                value.data.copy_(torch.randn(value.shape, generator=g))
    return module.eval()


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
def test_same_padding_gives_the_size_divided_by_the_stride_rounded_up(
    kernel: int, stride: int
) -> None:
    for size in range(1, 40):
        before, after = same_padding(size, kernel, stride)
        assert (size + before + after - kernel) // stride + 1 == -(-size // stride)
        assert after - before in (0, 1)


def test_an_odd_zero_stands_behind_as_in_tensorflow() -> None:
    assert same_padding(224, 3, 2) == (0, 1)
    assert same_padding(225, 3, 2) == (1, 1)
    assert same_padding(56, 5, 2) == (1, 2)
    assert same_padding(14, 5, 1) == (2, 2)


@pytest.mark.parametrize(
    ("kernel", "stride", "groups"), [(1, 1, 1), (3, 2, 1), (5, 2, 6), (3, 1, 6)]
)
@pytest.mark.parametrize("size", [(8, 9), (7, 12), (1, 1)])
def test_convolution_and_batchnorm_in_one_are_what_they_are_apart(
    kernel: int, stride: int, groups: int, size: tuple[int, int]
) -> None:
    layer = with_random_statistics(ConvNorm(6, 6, kernel, stride, groups))
    x = torch.randn(2, 6, *size, generator=seeded(1))
    (top, bottom), (left, right) = (same_padding(side, kernel, stride) for side in size)
    padded = F.pad(x, (left, right, top, bottom))
    apart = layer.norm(layer.conv(padded))
    assert torch.allclose(layer(x), apart, atol=1e-5)
    x.requires_grad_()
    assert torch.allclose(layer(x), apart, atol=1e-5)


def test_running_statistics_count_in_training_too_and_stay() -> None:
    layer = with_random_statistics(ConvNorm(3, 4))
    x = torch.randn(2, 3, 5, 5, generator=seeded(0))
    mean = layer.norm.running_mean.clone()
    assert torch.equal(layer.train()(x), layer.eval()(x))
    assert torch.equal(layer.norm.running_mean, mean)


def test_a_folded_convolution_keeps_its_bias_and_its_gradients() -> None:
    conv, norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
    with_random_statistics(norm)
    x = torch.randn(2, 3, 6, 6, generator=seeded(0))
    parts = (*conv.parameters(), *norm.parameters())
    apart = torch.autograd.grad(norm(conv(x)).square().sum(), parts)
    weight, bias = folded(conv, norm)
    in_one = torch.autograd.grad(F.conv2d(x, weight, bias).square().sum(), parts)
    for a, b in zip(apart, in_one, strict=True):
        assert torch.allclose(a, b, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("stride", [1, 2])
def test_filtering_channels_is_the_depthwise_convolution(stride: int) -> None:
    g = seeded(2)
    x = torch.randn(2, 5, 9, 8, generator=g).requires_grad_()
    weight = torch.randn(5, 1, 3, 3, generator=g)
    bias = torch.randn(5, generator=g).requires_grad_()
    ours = filter_channels(x, weight, bias, stride, (1, 1))
    theirs = F.conv2d(x, weight, bias, stride, 1, groups=5)
    assert torch.allclose(ours, theirs, atol=1e-5)
    for a, b in zip(
        torch.autograd.grad(ours.square().sum(), (x, bias)),
        torch.autograd.grad(theirs.square().sum(), (x, bias)),
        strict=True,
    ):
        assert torch.allclose(a, b, atol=1e-4)


def test_a_block_adds_its_input_only_where_the_shapes_agree() -> None:
    x = torch.zeros(1, 8, 4, 4)
    x[0, 0] = 1
    for block, kept in (
        (InvertedResidual(8, 8, 3, 1, 6), 1.0),
        (InvertedResidual(8, 8, 3, 2, 6), 0.0),
        (InvertedResidual(8, 9, 3, 1, 6), 0.0),
    ):
        nn.init.zeros_(block.project.conv.weight)
        assert block.eval()(x)[0, 0].mean() == kept


def test_every_tensor_of_the_package_has_its_place() -> None:
    state = imagenet_state()
    assert state.keys() == Classifier().state_dict().keys()
    with pytest.raises(KeyError):
        rename("_blocks.3._squeeze.weight")
    with pytest.raises(KeyError):
        rename("something.else")


def test_a_file_with_a_tensor_less_or_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    state = imagenet_state()
    short = {key: value for key, value in state.items() if key != "blocks.7.project.norm.bias"}
    long = {**state, "blocks.7.excite.weight": torch.zeros(1)}
    for wrong in (short, long):
        monkeypatch.setattr(imagenet, "imagenet_state", lambda wrong=wrong: wrong)
        with pytest.raises(RuntimeError, match=r"blocks\.7"):
            load_classifier()
        with pytest.raises(RuntimeError, match=r"blocks\.7"):
            load_trunk()


def test_the_classifier_names_what_a_photo_shows() -> None:
    photos = [torch.from_numpy(load_sample_image(n).copy()) for n in ("china.jpg", "flower.jpg")]
    inputs = [
        F.interpolate(
            photo.permute(2, 0, 1)[None].float(), (224, 224), mode="bilinear", antialias=True
        )
        for photo in photos
    ]
    with torch.inference_mode():
        found = load_classifier()(normalize(torch.cat(inputs))).topk(3).indices
    names = [{NAMES[i] for i in row} for row in found.tolist()]
    assert {"bell cote", "boathouse"} <= names[0], names
    assert "daisy" in names[1], names


def test_folding_changes_no_answer() -> None:
    x = torch.randn(1, 3, 64, 96, generator=seeded(0)).clamp(-1, 1)
    plain, fused = load_classifier(), fold_batchnorm(load_classifier())
    assert not [m for m in fused.modules() if isinstance(m, nn.BatchNorm2d)]
    backbone = with_random_statistics(Backbone())
    with torch.inference_mode():
        assert torch.allclose(plain(x), fused(x), atol=1e-4)
        before = backbone(x)
        assert torch.allclose(before, fold_batchnorm(backbone)(x), rtol=1e-3, atol=1e-3)
    assert not [m for m in backbone.modules() if isinstance(m, nn.BatchNorm2d)]


def test_the_trunk_is_the_classifiers_beginning() -> None:
    x = torch.randn(1, 3, 96, 80, generator=seeded(0)).clamp(-1, 1)
    classifier, trunk = load_classifier(), load_trunk()
    with torch.inference_mode():
        maps = trunk(x)
        y = F.relu6(classifier.stem(x))
        for number, block in enumerate(classifier.blocks):
            y = block(y)
            if number in (4, 10, 14):
                assert torch.equal(y, maps[(4, 10, 14).index(number)])
    assert [tuple(m.shape[1:]) for m in maps] == [(40, 12, 10), (112, 6, 5), (192, 3, 3)]


def test_what_is_frozen_gets_no_gradient_and_the_rest_does() -> None:
    trunk = load_trunk()
    trunk.freeze()
    sum(m.mean() for m in trunk(torch.zeros(1, 3, 32, 32))[1:]).backward()  # type: ignore[union-attr]
    for name, value in trunk.named_parameters():
        early = name.startswith("stem") or name.split(".")[1] in set("01234")
        is_filter = name.endswith(("depthwise.conv.weight", "depthwise.norm.weight"))
        assert (value.grad is None) == (early or is_filter), name


def test_an_untrained_trunk_neither_dies_nor_grows_beyond_bounds() -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        maps = Trunk().eval()(torch.rand(1, 3, 128, 128, generator=seeded(0)) * 2 - 1)
    for values in maps:
        assert 0.5 < values.std() < 20
