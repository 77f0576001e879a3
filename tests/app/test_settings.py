"""The README's table of settings is the settings."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings

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
    ("name", "value"), [("PORT", "70000"), ("MAX_PIXELS", "0"), ("IMAGE_HOURS", "soon")]
)
def test_a_setting_that_makes_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"VITRINE_{name}", value)
    with pytest.raises(ValidationError):
        Settings()
