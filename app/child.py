"""A decoder at work in a process of its own, as the server sees it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def told_by(program: Path, *arguments: object, stdin: int, seconds: float) -> dict[str, Any]:
    """What the program says of its uploads in one line of JSON, or why they are refused: `heavy`
    after so many seconds, `damaged` where the decoder crashed on them.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-B", str(program), *map(str, arguments)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=True,
        )
        facts: dict[str, Any] = json.loads(done.stdout)
        return facts
    except subprocess.TimeoutExpired:
        return {"refused": "heavy"}
    except (subprocess.CalledProcessError, ValueError):
        return {"refused": "damaged"}
