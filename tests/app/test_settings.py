"""The README's table of settings is the settings."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.cli import main
from app.settings import Settings, settings

README = (Path(__file__).parents[2] / "README.md").read_text()
ROW = re.compile(r"^\| `(VITRINE_\w+)` \| `([^`]*)` \| (.+) \|$", re.MULTILINE)


def test_the_readme_lists_every_setting_with_its_default_and_meaning() -> None:
    told = {name: (default, meaning) for name, default, meaning in ROW.findall(README)}
    known = {
        f"VITRINE_{name.upper()}": (
            str(field.default).replace(str(Path.home()), "~"),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    }
    assert told == known


def test_a_setting_is_read_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITRINE_PORT", "9123")
    assert Settings().port == 9123


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "70000"), ("MAX_PIXELS", "0"), ("IMAGE_HOURS", "soon"), ("DEVICE", "gpu")],
)
def test_a_setting_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"VITRINE_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_a_gpu_that_this_machine_has_not_is_refused_at_the_start_with_what_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    monkeypatch.setenv("VITRINE_DEVICE", "cuda:1")
    settings.cache_clear()
    assert main(["--port", "0"]) == 1
    settings.cache_clear()
    said = capsys.readouterr().err
    assert "the setting VITRINE_DEVICE does not fit" in said
    assert "“cuda:1” is not there: NVIDIA's driver tells of no GPU" in said
