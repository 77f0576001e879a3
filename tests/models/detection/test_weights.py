"""Claims about torchvision's weights on disk: fetched whole and checked, or refused in words."""

import hashlib
from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.models.detection import (
    FasterRCNN_MobileNet_V3_Large_320_FPN_Weights,
    FasterRCNN_ResNet50_FPN_V2_Weights,
)

from models.detection.weights import (
    DOWNLOADS,
    Download,
    WeightsError,
    fetch_weights,
    installed,
    load_state,
    weights_path,
)

MOBILE = "fasterrcnn_mobilenet_v3_large_320_fpn"


def test_the_addresses_are_torchvisions_and_carry_their_hash() -> None:
    assert DOWNLOADS[MOBILE].url == FasterRCNN_MobileNet_V3_Large_320_FPN_Weights.COCO_V1.url
    resnet = DOWNLOADS["fasterrcnn_resnet50_fpn_v2"]
    assert resnet.url == FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1.url
    for download in DOWNLOADS.values():
        assert len(download.hash_prefix) == 8
        assert download.file_name.endswith(f"-{download.hash_prefix}.pth")
        assert download.megabytes > 10
    with pytest.raises(ValueError, match="no hash"):
        Download("file:///tmp/plain.pth", 1).hash_prefix  # noqa: B018


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small file that stands for the MobileNet detector's, at a file:// address."""
    content = b"weights" * 5000
    path = tmp_path / "served" / f"tiny-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    path.parent.mkdir()
    path.write_bytes(content)
    monkeypatch.setitem(DOWNLOADS, MOBILE, Download(path.as_uri(), 0.035))
    return path


def test_fetching_brings_the_file_with_a_progress_bar(
    served: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "folder"
    assert not installed(MOBILE, folder)
    path = fetch_weights(MOBILE, folder)
    assert path == weights_path(MOBILE, folder) == folder / served.name
    assert path.read_bytes() == served.read_bytes()
    assert installed(MOBILE, folder)
    assert "100%" in capsys.readouterr().err
    served.unlink()
    assert fetch_weights(MOBILE, folder) == path  # present: not fetched again
    assert [p.name for p in folder.iterdir()] == [served.name]


def test_a_file_with_the_wrong_hash_is_not_kept(served: Path, tmp_path: Path) -> None:
    served.write_bytes(served.read_bytes()[:-1])
    with pytest.raises(WeightsError, match="hash is wrong"):
        fetch_weights(MOBILE, tmp_path / "folder", progress=False)
    assert not installed(MOBILE, tmp_path / "folder")
    assert list((tmp_path / "folder").iterdir()) == []


def test_what_cannot_be_fetched_is_said_in_words(served: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no weights named yolo"):
        fetch_weights("yolo", tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match="could not be fetched"):
        fetch_weights(MOBILE, tmp_path / "file", progress=False)
    served.unlink()
    with pytest.raises(WeightsError, match="could not be fetched"):
        fetch_weights(MOBILE, tmp_path / "folder", progress=False)
    assert list((tmp_path / "folder").iterdir()) == []


class Evil:
    """Pickles into a call of Path.touch."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_a_state_dict_is_loaded_whole_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "linear.pth"
    with pytest.raises(WeightsError, match="no weights at"):
        load_state(nn.Linear(3, 2), path)
    saved = nn.Linear(3, 2)
    torch.save(saved.state_dict(), path)
    again = nn.Linear(3, 2)
    load_state(again, path)
    assert torch.equal(again.weight, saved.weight)
    with pytest.raises(WeightsError, match="another network"):
        load_state(nn.Linear(4, 2), path)
    with pytest.raises(WeightsError, match="another network"):
        load_state(nn.Conv2d(3, 2, 1), path)
    torch.save([1, 2], path)
    with pytest.raises(WeightsError, match="another network"):
        load_state(nn.Linear(3, 2), path)


def test_code_in_a_weights_file_is_not_run(tmp_path: Path) -> None:
    torch.save(Evil(tmp_path / "ran"), tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="damaged"):
        load_state(nn.Linear(1, 1), tmp_path / "evil.pth")
    assert not (tmp_path / "ran").exists()
