"""Running the script that a lab hands out, by itself."""

import contextlib
import importlib.abc
import multiprocessing
import os
import re
import runpy
import sys
import traceback
from pathlib import Path

OURS = ("app", "models", "tests")
GUARD = 60  # seconds after which a script hangs
# Torch is loaded once and forked for each script: loading takes longer than any of them.
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["torch", "sklearn.datasets", "tests.app.labs.scripts"])


def run(text: str, folder: Path) -> str:
    """What the script prints, in a process of its own in which nothing of ours can be imported."""
    file, said = folder / "script.py", folder / "said.txt"
    file.write_text(text)
    process = _context.Process(target=execute, args=(str(file), str(said)))
    process.start()
    process.join(GUARD)
    process.kill()
    process.join()
    assert process.exitcode == 0, said.read_text()
    return said.read_text()


class Nothing(importlib.abc.MetaPathFinder):
    """Finds nothing of ours, and lets nobody else look."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.split(".")[0] in OURS:
            raise ModuleNotFoundError(f"a script asks for {name}")


def execute(file: str, said: str) -> None:
    """Run a script in this process, which then ends."""
    for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
        del sys.modules[name]
    sys.meta_path.insert(0, Nothing())
    os.chdir(Path(file).parent)
    with open(said, "w") as out, contextlib.redirect_stdout(out):
        try:
            runpy.run_path(file, run_name="__main__")
        except BaseException:
            traceback.print_exc(file=out)
            out.flush()
            os._exit(1)


def printed(text: str, folder: Path) -> list[list[float]]:
    """Rows of numbers that the script prints, of networks (the medians last) or of λ."""
    rows = re.findall(r"^(?:network \d+|lambda \S+|median):\s+(.*)$", run(text, folder), re.M)
    return [[float(value) for value in row.split()] for row in rows]
