"""What evaluation commands write for pages and model card: scores with where they come from."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.detection.weights import FOLDER

SCORES_FILE = FOLDER / "scores.json"
ROOT = Path(__file__).parents[2]


def current_commit() -> str:
    """The short name of the commit that is checked out, with "+" after changes; "" without git."""
    try:
        words = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+", "--exclude=*"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def provenance(module: str) -> dict[str, str]:
    """Command, commit and date (UTC) of a number that is being made; `module` is the command's.

    Of a path on this machine only the last part is told.
    """
    words = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
    return {
        "command": " ".join(["python", "-m", module, *words]),
        "commit": current_commit(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def rounded(value: Any) -> Any:
    """The same structure with its numbers to four decimals; pages show three at most."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [rounded(part) for part in value]
    return round(value, 4) if isinstance(value, float) else value


def begun(path: Path, name: str, part: str, **same: Any) -> dict[str, Any]:
    """A part of what a command that was stopped has written already under a name, if it was asked
    for the `same`; else nothing.
    """
    entry = json.loads(path.read_text()).get(name, {}) if path.exists() else {}
    found: dict[str, Any] = entry.get(part, {})
    return found if all(entry.get(key) == value for key, value in same.items()) else {}


def write_scores(path: Path, name: str, entry: dict[str, Any]) -> None:
    """Put one network's entry into the file, beside those of others, which stay. It is written
    beside, then moved: a crash leaves the old one whole.
    """
    table = json.loads(path.read_text()) if path.exists() else {}
    table[name] = rounded(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(table, indent=2, sort_keys=True) + "\n")
    beside.replace(path)


def median_cpu_ms(work: Callable[[], object], repeats: int = 15, warm_up: int = 3) -> float:
    """Median milliseconds of a processor for a call, after a few calls that do not count.

    Not of the clock: other programs on the machine hardly change it.
    """
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)
