"""What each lab costs: its own lines in every layer. `make sizes` prints the table.

A lab above 700 lines in one layer is asked what should sink a layer down, to where the next lab
finds it.
"""

from pathlib import Path

from app import ROOT
from app.registry import LABS

MOST = 700
FOLDERS = {
    "app": "app/labs/{word}",
    "js": "static/js/labs/{word}",
    "template": "templates/labs/{word}.html",
    "tests": "tests/app/labs/test_{word}*.py",
    "browser tests": "tests/e2e/test_{word}*.py",
}


def lines(pattern: str) -> int:
    """Lines of the files that a pattern means; of a folder, all of its files."""
    files = [
        file
        for found in ROOT.glob(pattern)
        for file in (found.rglob("*") if found.is_dir() else [found])
        if file.suffix in (".py", ".js", ".html")
    ]
    return sum(len(Path(file).read_text().splitlines()) for file in files)


def sizes() -> dict[str, dict[str, int]]:
    """Of each lab, the lines in each layer."""
    return {
        lab.slug: {
            layer: lines(pattern.format(word=lab.slug.replace("-", "_")))
            for layer, pattern in FOLDERS.items()
        }
        for lab in LABS
    }


def main() -> None:
    print(f"{'lab':16}" + "".join(f"{layer:>15}" for layer in FOLDERS))
    for slug, row in sizes().items():
        cells = "".join(f"{n:>14}{'!' if n > MOST else ' '}" for n in row.values())
        print(f"{slug:16}{cells}")
    print(f"! more than {MOST}: what of it would another lab need, too?")


if __name__ == "__main__":
    main()
