"""Make sure that there is a Chromium: find one, or install Debian's; else say what to do."""

import os
import shutil
import subprocess
import sys

from tests.e2e.browser import find_chromium

PACKAGES = ("chromium", "fonts-noto-cjk")
ADVICE = (
    "The tests need a Chromium and found none: install Chromium or Google Chrome, "
    "or set VITRINE_CHROMIUM to its path."
)


def found() -> bool:
    try:
        return bool(find_chromium())
    except RuntimeError:
        return False


def as_root() -> list[str] | None:
    """What to put before a command that needs root; None where root cannot be had."""
    if os.geteuid() == 0:
        return []
    may = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False).returncode
    return ["sudo", "-n"] if may == 0 else None


def install() -> bool:
    """Install Debian's Chromium and a font with Chinese; False where that cannot be done."""
    prefix = as_root()
    if prefix is None or not shutil.which("apt-get"):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        command = [*prefix, "apt-get", "-qq", *words]
        if subprocess.run(command, env=environment, check=False).returncode:
            return False
    return True


def main() -> int:
    if found() or (install() and found()):
        return 0
    print(ADVICE, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
