"""What `make image-test` reads of the machine it runs on, and what the image is told to install."""

import tomllib
from pathlib import Path

import pytest

import requirements
from tests.image import Mirror, environment, folders, mirror

PROJECT = tomllib.loads(requirements.PYPROJECT.read_text())["project"]
STANZAS = """# a comment
Types: deb
URIs: http://mirror.example.org/security
Suites: bookworm-security
Components: main

Types: deb deb-src
URIs: http://mirror.example.org/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg
"""
LINES = """deb [arch=amd64 signed-by=/k.gpg] http://mirror.example.org/tool bookworm tool
# deb http://mirror.example.org/off bookworm main
deb http://mirror.example.org/debian bookworm main non-free
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_the_mirror_is_read_from_both_forms_of_apt_sources(tmp_path: Path) -> None:
    stanzas = written(tmp_path, "debian.sources", STANZAS)
    lines = written(tmp_path, "sources.list", LINES)
    address = "http://mirror.example.org/debian"
    assert mirror([stanzas], "bookworm") == Mirror(
        "bookworm", address, "/usr/share/keyrings/archive.gpg"
    )
    assert mirror([lines], "bookworm") == Mirror("bookworm", address, "")
    with pytest.raises(SystemExit, match="trixie"):
        mirror([stanzas, lines], "trixie")


def test_a_build_knows_what_pip_is_told_here_and_nothing_else_of_the_machine(
    tmp_path: Path,
) -> None:
    (tmp_path / "simple").mkdir()
    told = (
        f"global.extra-index-url='\\nfile://{tmp_path}/simple'\n"
        ":env:.cert='/of/the/environment'\n"
        "user.default-timeout='9'\n"
    )
    given = {"PIP_CERT": "/etc/passwd", "https_proxy": "http://proxy.example.org", "TOKEN": "x"}
    settings = environment(told, given)
    assert settings == {
        "PIP_EXTRA_INDEX_URL": f"file://{tmp_path}/simple",
        "PIP_DEFAULT_TIMEOUT": "9",
        "PIP_CERT": "/etc/passwd",
        "https_proxy": "http://proxy.example.org",
    }
    assert folders(settings) == {str(tmp_path), "/etc/passwd"}


def test_the_image_installs_all_that_is_required_and_the_extras_that_are_asked_for() -> None:
    assert list(requirements.lines_of(PROJECT, [])) == PROJECT["dependencies"]
    extras = PROJECT["optional-dependencies"]
    everything = list(requirements.lines_of(PROJECT, ["dev"]))
    assert set(extras["heic"]) < set(everything)  # dev asks for test, and test for heic
    assert not [line for line in everything if line.startswith("vitrine")]
    with pytest.raises(SystemExit, match=r"“nothing” is no extra of Vitrine; there are heic"):
        list(requirements.lines_of(PROJECT, ["nothing"]))


def test_torch_alone_can_be_asked_for() -> None:
    lines = requirements.only(PROJECT["dependencies"], ["torch", "torchvision"])
    assert [requirements.name_of(line) for line in lines] == ["torch", "torchvision"]
    with pytest.raises(SystemExit, match="does not require tensorflow"):
        requirements.only(PROJECT["dependencies"], ["tensorflow"])


def test_the_image_takes_in_every_file_that_its_build_names() -> None:
    kept = (requirements.PYPROJECT.parent / ".dockerignore").read_text().split()
    assert "!requirements.py" in kept
    assert "!pyproject.toml" in kept


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile"])
def test_an_index_with_torch_alone_need_have_nothing_that_torch_depends_on(file: str) -> None:
    lines = requirements.PYPROJECT.with_name(file).read_text().splitlines()
    [asked] = [line for line in lines if "--index-url" in line]
    assert "--no-deps" in asked
