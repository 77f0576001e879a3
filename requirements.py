"""What pyproject.toml requires, one line each, for the image and for .venv:

    python requirements.py                   all that Vitrine needs
    python requirements.py --extras a,b      the same, and what its extras a and b need
    python requirements.py --only a b        the lines of packages a and b, without the rest

Needs nothing but Python 3.11.
"""

import argparse
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PYPROJECT = Path(__file__).with_name("pyproject.toml")
NAME = re.compile(r"[\w.-]+")


def lines_of(project: Mapping[str, Any], extras: Sequence[str]) -> Iterator[str]:
    """The dependencies, then those of the extras; an extra may name others of the same project."""
    yield from project["dependencies"]
    for extra in extras:
        yield from extra_of(project, extra)


def extra_of(project: Mapping[str, Any], extra: str) -> Iterator[str]:
    """Raises SystemExit with a sentence for a name that is none."""
    known = project["optional-dependencies"]
    if extra not in known:
        raise SystemExit(f"“{extra}” is no extra of Vitrine; there are {', '.join(known)}.")
    for line in known[extra]:
        own = re.fullmatch(rf"{project['name']}\[(.+)\]", line)
        if own is None:
            yield line
            continue
        for name in own[1].split(","):
            yield from extra_of(project, name)


def only(lines: Sequence[str], names: Sequence[str]) -> list[str]:
    """The lines of these packages, in that order. Raises SystemExit for one that is not there."""
    found = {name_of(line): line for line in lines}
    missing = [name for name in names if name not in found]
    if missing:
        raise SystemExit(f"Vitrine does not require {', '.join(missing)}.")
    return [found[name] for name in names]


def name_of(line: str) -> str:
    name = NAME.match(line)
    assert name is not None, line
    return name[0]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Print what pyproject.toml requires.")
    parser.add_argument("--extras", default="", help="names, separated by commas")
    parser.add_argument("--only", nargs="+", default=[], help="names of packages")
    chosen = parser.parse_args(arguments)
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    lines = list(lines_of(project, [name for name in chosen.extras.split(",") if name]))
    print(*(only(lines, chosen.only) if chosen.only else lines), sep="\n")


if __name__ == "__main__":
    main()
