"""Networks on a GPU, while all that stands around them stays on the CPU.

Without a GPU, torch's fake tensors carry shapes and devices through the same code: an operation
on tensors of two devices fails there as on a GPU. The numbers are compared where there is one.
"""

import copy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode

from app import ROOT
from models import device
from models.data.objects import draw_objects
from models.data.scenes import draw_scenes
from models.detection.detect import look
from models.detection.detectors import SHAPE_ANCHORS, Detectors
from models.detection.efficientnet import Classifier
from models.detection.opened import open_rpn
from models.detection.place import head_at
from models.detection.rpn import RPN
from models.detection.shipped import load_detectors, load_rpn, untrained_rpn
from models.measures import PretextTask
from models.representation.augment import Policy
from models.representation.contrastive_training import Contrast, ContrastSettings
from models.representation.encoder import (
    KINDS,
    Encoder,
    Predictor,
    Projector,
    head_of,
    optimizer_of,
)
from models.representation.pretext import TASKS
from models.representation.pretext_network import PretextNetwork
from models.representation.pretext_training import Material, Pretext, PretextSettings
from models.representation.supervised import Supervised
from tests.models.detection.random_detector import LIGHT, any_photo, random_detector

GPU = "cuda:0"
on_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA GPU")
SIMCLR = ContrastSettings(
    method="simclr", projector="mlp", policy=Policy(), batch_size=16, temperature=0.2,
    learning_rate=0.003, weight_decay=0.01, momentum=0.9, queue=40, stop_gradient=True, seed=3,
)  # fmt: skip
METHODS = [replace(SIMCLR, method=name) for name in ("simclr", "moco", "simsiam")]
PICTURES = draw_scenes(48, 0).images


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.fixture
def every_network_bridged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are made ready for another device, and stay where they are."""
    for module in ("encoder", "pretext_network"):
        monkeypatch.setattr(f"models.representation.{module}.placed", device.bridged)


# --- Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "CPU", "", "cuda:0,cuda:1", "cpu:0"])
def test_a_name_that_torch_does_not_know_is_refused_with_those_that_it_does(name: str) -> None:
    assert "is none of auto, cpu, cuda, cuda:0" in device.why_not(name)


def test_a_gpu_that_is_not_there_is_refused_with_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not device.why_not("auto")
    assert not device.why_not("cpu")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert device.count_gpus() == 0
    assert device.why_not("cuda:3") == "“cuda:3” is not there: NVIDIA's driver tells of no GPU"
    assert not device.may_be_gpu("auto")
    assert not device.may_be_gpu("cpu")


@pytest.mark.skipif(sys.platform == "darwin", reason="Apple's computers have it")
def test_apples_gpu_is_refused_elsewhere() -> None:
    assert device.why_not("mps") == "“mps” is of Apple's computers, and this is none"


def test_only_the_labs_that_are_meant_place_networks() -> None:
    """A run of any other lab never opens a GPU."""
    using = {
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "models")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\bplaced\(", path.read_text())
    }
    assert using == {
        "app/detection/inference.py",  # networks on photos
        "models/device.py",
        "models/representation/encoder.py",
        "models/representation/imagenet_features.py",
        "models/representation/pretext_network.py",
    }


def test_the_server_reads_its_settings_without_torch() -> None:
    code = "import sys, app.settings as s; s.Settings(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_a_process_that_chose_nothing_computes_on_the_cpu() -> None:
    assert device.current() == torch.device("cpu")
    linear = nn.Linear(2, 2)
    assert device.placed(linear) is linear
    assert not linear._forward_pre_hooks
    assert device.told(linear) == "CPU"


# --- The bridge, where both banks are the CPU -----------------------------------------------------


@pytest.mark.parametrize("settings", METHODS, ids=lambda s: s.method)
def test_a_bridge_changes_no_number_of_a_contrastive_run(
    settings: ContrastSettings, request: pytest.FixtureRequest, one_thread: None
) -> None:
    plain = Contrast(settings, PICTURES)
    plain.train(3)
    request.getfixturevalue("every_network_bridged")
    bridged = Contrast(settings, PICTURES)
    assert bridged.encoder.layers._forward_pre_hooks
    bridged.train(3)
    np.testing.assert_array_equal(plain.history.table, bridged.history.table)


def test_a_copy_of_a_bridged_network_has_weights_of_its_own() -> None:
    first = device.bridged(nn.Sequential(nn.Linear(3, 3), nn.ReLU()))
    second = copy.deepcopy(first)
    x = torch.rand(4, 3)
    assert torch.equal(first(x), second(x))
    with torch.no_grad():
        second[0].weight.zero_()
        second[0].bias.zero_()
    assert not second(x).any()
    assert first(x).any()


def test_a_network_that_raises_leaves_the_bridge_as_it_was() -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(2, 2)

        def forward(self, x: Tensor) -> Tensor:
            raise InterruptedError

    network = device.bridged(Broken())
    for _ in range(2):
        with pytest.raises(InterruptedError):
            network(torch.rand(1, 2))
    assert not device._homes.stack
    assert network.inner(torch.rand(1, 2)).shape == (1, 2)


def test_what_is_moved_keeps_its_form() -> None:
    rows = {"a": [torch.zeros(2), (torch.ones(1), "text", None)]}
    there = device.moved(rows, torch.device("meta"))
    assert there["a"][0].device.type == "meta"
    assert there["a"][1][0].device.type == "meta"
    assert there["a"][1][1:] == ("text", None)
    assert device.device_of(("text", {"x": torch.zeros(1, device="meta")})).type == "meta"  # type: ignore[union-attr]
    assert device.device_of("text") is None


# --- Devices without a GPU: fake tensors ----------------------------------------------------------


def on_fake_gpu(network: nn.Module) -> nn.Module:
    """The network with all its numbers on a GPU, whose values nobody knows; under a fake mode."""
    for part in network.modules():
        for name, value in part._parameters.items():
            if value is not None:
                there = torch.empty(value.shape, dtype=value.dtype, device=GPU)
                part._parameters[name] = nn.Parameter(there, value.requires_grad)
        for name, buffer in part._buffers.items():
            if buffer is not None:
                part._buffers[name] = torch.empty(buffer.shape, dtype=buffer.dtype, device=GPU)
    return device.bridged(network)


def tensors(found: Any) -> Iterator[Tensor]:
    if isinstance(found, Tensor):
        yield found
    elif isinstance(found, dict):
        yield from tensors(list(found.values()))
    elif isinstance(found, list | tuple):
        for one in found:
            yield from tensors(one)


def task_inputs(name: PretextTask) -> Callable[[], Tensor]:
    taken = TASKS[name].taken
    shape = (4, taken, 3, 16, 16) if taken > 1 else (4, 3, 32, 32)
    return lambda: torch.rand(shape)


LEARNED: dict[str, tuple[Callable[[], nn.Module], Callable[[], Tensor]]] = {
    "encoder": (lambda: Encoder(generator()), lambda: torch.rand(4, 3, 32, 32)),
    **{
        f"projector {kind}": (lambda k=kind: Projector(k, generator()), lambda: torch.rand(4, 128))
        for kind in KINDS
        if kind != "none"
    },
    "predictor": (lambda: Predictor(generator()), lambda: torch.rand(4, 64)),
    "head": (lambda: head_of(5, generator()), lambda: torch.rand(4, 128)),
    **{
        name: (lambda n=name: PretextNetwork(n, generator()), task_inputs(name))
        for name in get_args(PretextTask)
    },
}


@pytest.mark.parametrize("name", LEARNED)
def test_a_network_on_a_gpu_takes_data_from_the_cpu_and_brings_its_output_back(name: str) -> None:
    build, draw = LEARNED[name]
    network = build()
    with FakeTensorMode():
        on_fake_gpu(network)
        output = network(draw())
        assert output.device.type == "cpu"
        assert output.requires_grad  # the backward pass itself wants a GPU
        optimizer_of(list(network.parameters()), 0.1, 0.1)


PARTS: dict[str, tuple[Callable[[], nn.Module], Callable[[Any], Any]]] = {
    "rpn": (
        lambda: RPN(SHAPE_ANCHORS).eval(),
        lambda rpn: [
            rpn(torch.rand(1, 3, 64, 96)),
            head_at(rpn.head, torch.rand(128, 4, 6), 1, 2),
        ],
    ),
    "detectors": (
        lambda: Detectors(5, SHAPE_ANCHORS, with_masks=True).eval(),
        lambda net: [
            net(torch.rand(1, 3, 64, 96)),
            net.rpn(torch.rand(1, 128, 4, 6)),
            net.one_stage(torch.rand(1, 128, 4, 6)),
            net.box_head.reduce(torch.rand(1, 128, 4, 6)),
            net.box_head(torch.rand(3, 48, 7, 7)),
            net.mask_head(torch.rand(3, 48, 14, 14)),
        ],
    ),
    "classifier": (lambda: Classifier().eval(), lambda net: net(torch.rand(2, 3, 224, 224))),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_detector_on_a_gpu_gives_what_boxes_are_made_of_to_the_cpu(name: str) -> None:
    build, ask = PARTS[name]
    network = build()
    with FakeTensorMode(), torch.no_grad():
        on_fake_gpu(network)
        assert {one.device.type for one in tensors(ask(network))} == {"cpu"}


@pytest.mark.thorough
@pytest.mark.parametrize("name", LIGHT)
def test_parts_of_torchvisions_detectors_may_be_asked_one_by_one(name: str) -> None:
    network = random_detector(name, any_photo())
    with FakeTensorMode(), torch.no_grad():
        on_fake_gpu(network)
        features = network.backbone(torch.rand(1, 3, 224, 320))
        head = network.rpn.head if hasattr(network, "rpn") else network.head
        found = head(list(features.values()))
        assert {one.device.type for one in tensors([features, found])} == {"cpu"}


def test_tensors_of_two_devices_fail_here_as_on_a_gpu() -> None:
    with FakeTensorMode(), pytest.raises(Exception, match="at least two devices"):
        torch.rand(2, 2) @ torch.empty(2, 2, device=GPU)


# --- With a GPU: the numbers ----------------------------------------------------------------------


@pytest.fixture
def gpu() -> Iterator[None]:
    """Networks that are placed from now on are on the GPU."""
    device.choose("cuda")
    yield
    device.choose("cpu")


@on_gpu
@pytest.mark.parametrize("settings", METHODS, ids=lambda s: s.method)
def test_the_first_losses_on_a_gpu_are_the_cpus_within_a_thousandth(
    settings: ContrastSettings, request: pytest.FixtureRequest
) -> None:
    """Of the same draws: later on rounding errors grow, as between two CPUs."""
    on_cpu = Contrast(settings, PICTURES)
    on_cpu.train(5)
    request.getfixturevalue("gpu")
    there = Contrast(settings, PICTURES)
    assert next(there.encoder.parameters()).is_cuda
    there.train(5)
    assert there.history.row("loss") == pytest.approx(on_cpu.history.row("loss"), rel=1e-3)


@on_gpu
@pytest.mark.parametrize("task", ["rotation", "patch", "color", "masked", "simclr"])
def test_a_pretext_task_begins_on_a_gpu_as_on_the_cpu(
    task: PretextTask, request: pytest.FixtureRequest
) -> None:
    settings = PretextSettings(task, batch_size=16)
    material = Material(draw_objects(64, 0).images, draw_objects(64, 900).images)
    on_cpu = Pretext(settings, material)
    on_cpu.train(5)
    request.getfixturevalue("gpu")
    there = Pretext(settings, material)
    there.train(5)
    assert there.loss == pytest.approx(on_cpu.loss, rel=1e-3)


@on_gpu
def test_learning_with_labels_goes_on_from_a_network_on_the_gpu(gpu: None) -> None:
    labels = torch.arange(len(PICTURES)) % 3
    first = Supervised(SIMCLR, PICTURES, labels, 3)
    first.train(2)
    second = Supervised(SIMCLR, PICTURES, labels, 3, first.encoder)
    second.train(2)
    assert 0 <= second.accuracy(PICTURES, labels) <= 1


@on_gpu
@pytest.mark.parametrize("load", [load_rpn, untrained_rpn], ids=["trained", "untrained"])
def test_proposals_on_a_gpu_are_the_cpus_within_a_tenth_of_a_pixel(
    load: Callable[[], RPN], gpu: None
) -> None:
    on_cpu, there = load(), device.placed(load())
    one, other = open_rpn(on_cpu, any_photo()), open_rpn(there, any_photo())
    first, second = one.proposals.candidates, other.proposals.candidates
    assert (first.objectness - second.objectness).abs().max() < 1e-4
    assert (first.decoded - second.decoded).abs().max() < 0.1


@on_gpu
def test_torchvisions_proposals_on_a_gpu_are_the_cpus(gpu: None) -> None:
    name = "fasterrcnn_mobilenet_v3_large_320_fpn"
    on_cpu, there = (random_detector(name, any_photo()) for _ in range(2))
    one, other = open_rpn(on_cpu, any_photo()), open_rpn(device.placed(there), any_photo())
    first, second = one.proposals.candidates, other.proposals.candidates
    assert torch.equal(first.anchors, second.anchors)
    assert (first.objectness - second.objectness).abs().max() < 1e-3


@on_gpu
def test_both_detectors_on_a_gpu_find_what_they_find_on_the_cpu(gpu: None) -> None:
    on_cpu, there = load_detectors().model, device.placed(load_detectors().model)
    one, other = look(on_cpu, any_photo(), 320), look(there, any_photo(), 320)
    for road in ("one_stage", "two_stage"):
        first, second = getattr(one, road)().found, getattr(other, road)().found
        assert torch.equal(first.labels[:5], second.labels[:5])
        assert torch.allclose(first.scores[:5], second.scores[:5], atol=1e-3)
        assert torch.allclose(first.boxes[:5], second.boxes[:5], atol=0.1)
    assert device.told(there) != "CPU"
