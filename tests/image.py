"""The image, built and run without a container daemon: make image-test, as root on Debian.

A base is made by debootstrap from the machine's own Debian mirror, the Dockerfile built on it by
buildah with chroot isolation, and the result started as its own user with a read-only root and
nothing to write to but a temporary /tmp. It must answer, and find proposals on samples. What pip
and npm fetch comes from where this machine's configuration says. Prints what it took.

It needs 15 GB below TMPDIR and some minutes, so it is in no `make test`; and no packages, so any
Python runs it: python3 -m tests.image [--build-arg EXTRAS=…]
"""

import argparse
import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
TOOLS = ("buildah", "debootstrap", "unshare")
PACKAGES = ("python3", "python3-pip", "python3-venv", "ca-certificates")  # of the base
BASE, IMAGE = "localhost/vitrine-base", "localhost/vitrine"
USER = 1000
GUARD = 120
# What of this machine's environment a build needs to reach anything.
PASSED = re.compile(r"(?i)(https?|no|all)_proxy|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|PIP_\w+")
# Everything but /tmp and shared memory is read-only; what comes after is the command.
START = """
root=$1; shift
mount --bind "$root" "$root"
mount -t tmpfs -o mode=1777,size=1g tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/dev/shm"
mount -o remount,bind,ro "$root"
exec "$@"
"""


class Mirror(NamedTuple):
    """Where this machine takes its Debian from."""

    suite: str
    address: str
    keyring: str  # "" where none is named


def mirror(sources: Sequence[Path], suite: str) -> Mirror:
    """The first archive of these files that has the suite's `main`. Raises SystemExit for none."""
    for path in sources:
        for entry in entries(path):
            if suite in entry["suites"].split() and "main" in entry["components"].split():
                return Mirror(suite, entry["uris"].split()[0], entry.get("signed-by", ""))
    raise SystemExit(f"no archive with the main part of {suite} in this machine's apt sources")


def entries(path: Path) -> Iterator[dict[str, str]]:
    """The archives of a file of apt's sources, in either of its two forms (sources.list(5))."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    if path.suffix == ".sources":
        for stanza in "\n".join(lines).split("\n\n"):
            fields = re.findall(r"^([\w-]+):[ \t]*(.*)$", stanza, re.MULTILINE)
            entry = {name.lower(): value for name, value in fields}
            if "deb" in entry.get("types", "").split():
                yield {"suites": "", "components": "", "uris": "", **entry}
        return
    for line in lines:
        found = re.match(r"deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+(.*)", line)
        if found:
            options, uris, suites, components = found.groups()
            signed = re.search(r"signed-by=(\S+)", options or "")
            more = {"signed-by": signed[1]} if signed else {}
            yield {"uris": uris, "suites": suites, "components": components, **more}


def this_machines_mirror() -> Mirror:
    release = Path("/etc/os-release").read_text()
    suite = re.search(r"^VERSION_CODENAME=(\S+)", release, re.MULTILINE)
    assert suite is not None, "no VERSION_CODENAME in /etc/os-release"
    apt = Path("/etc/apt")
    listed = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    return mirror([path for path in listed if path.is_file()], suite[1].strip('"'))


def environment(told: str, given: Mapping[str, str]) -> dict[str, str]:
    """What a build is to know of this machine: of `given`, its environment, what `PASSED` names,
    and of `told`, which `pip config list` printed, every option.
    """
    found = {}
    for line in told.splitlines():
        name, _, value = line.partition("=")
        if not name.startswith(":env:"):  # which are among the given
            option = name.rpartition(".")[2].upper().replace("-", "_")
            found[f"PIP_{option}"] = " ".join(str(ast.literal_eval(value)).split())
    return found | {name: value for name, value in given.items() if PASSED.fullmatch(name)}


def folders(settings: Mapping[str, str]) -> set[str]:
    """What of this machine's disk the settings name: to be there in the build, too. Of an index on
    the disk all that lies beside it, because its pages lead there.
    """
    words = [word for value in settings.values() for word in value.split()]
    named = {Path(word) for word in words if word.startswith("/")}
    named |= {Path(word.removeprefix("file://")).parent for word in words if "file:///" in word}
    return {str(path) for path in named if path.exists()}


class Builder:
    """buildah with a store of its own in a folder."""

    def __init__(self, folder: Path) -> None:
        self._command = ["buildah", "--root", f"{folder}/store", "--runroot", f"{folder}/run"]

    def __call__(self, *arguments: str) -> str:
        """What it prints; its own words go to ours. Raises CalledProcessError."""
        command = [*self._command, *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    @contextmanager
    def mounted(self, image: str) -> Iterator[Path]:
        """A container of the image, as a folder."""
        container = self("from", "--pull-never", image)
        try:
            yield Path(self("mount", container))
        finally:
            self("umount", container)
            self("rm", container)

    def config(self, image: str) -> dict[str, Any]:
        """The image's command, environment, user and folder."""
        told: dict[str, Any] = json.loads(self("inspect", "--type", "image", image))
        found: dict[str, Any] = told["OCIv1"]["config"]
        return found

    def size(self, image: str) -> str:
        return self("images", "--format", "{{.Size}}", image)


def make_base(build: Builder, folder: Path, settings: Mapping[str, str]) -> None:
    """A Debian with Python as `python` and `pip`, as images of Python have it."""
    suite, address, keyring = this_machines_mirror()
    signed = [f"--keyring={keyring}"] if keyring else []
    include = f"--include={','.join(PACKAGES)}"
    system = folder / "base"
    subprocess.run(
        ["debootstrap", "--variant=minbase", *signed, include, suite, str(system), address],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (system / "usr/bin/python").symlink_to("python3")
    for file in system.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        file.unlink()
    container = build("from", "scratch")
    build("add", "--quiet", container, str(system), "/")
    for name, value in settings.items():
        build("config", "--env", f"{name}={value}", container)
    build("commit", "--quiet", "--rm", container, BASE)
    shutil.rmtree(system)


def build_image(build: Builder, settings: Mapping[str, str], build_args: Sequence[str]) -> None:
    """Our Dockerfile on that base."""
    volumes = [f"--volume={path}:{path}:ro" for path in sorted(folders(settings))]
    npmrc = Path.home() / ".npmrc"
    if npmrc.is_file():
        volumes.append(f"--volume={npmrc}:/root/.npmrc:ro")
    given = [f"--build-arg={one}" for one in (*build_args, f"BASE={BASE}")]
    build(
        "bud", "--isolation=chroot", "--pull-never", "--quiet", *volumes, *given,
        "--tag", IMAGE, str(ROOT),
    )  # fmt: skip


@contextmanager
def started(root: Path, config: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The image's command, in its environment and as its user; yields its address and number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*config["Cmd"], "--host", "127.0.0.1", "--port", str(port)]
    inside = ["env", "-i", f"--chdir={config['WorkingDir']}", *config["Env"], *command]
    process = subprocess.Popen(
        ["unshare", "--mount", "--propagation", "private", "sh", "-euc", START, "sh", str(root),
         "chroot", f"--userspec={config['User']}", str(root), *inside],
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(GUARD)


def asked(address: str, body: Any = None) -> Any:
    """The JSON of an answer; a body is posted."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=GUARD) as answer:
        return json.load(answer)


def wait_for(address: str) -> dict[str, Any]:
    deadline = time.monotonic() + GUARD
    while True:
        try:
            found: dict[str, Any] = asked(f"{address}/healthz")
            return found
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def check_confined(pid: int) -> None:
    """The server is nobody but its user, and its root cannot be written to."""
    status = Path(f"/proc/{pid}/status").read_text()
    users = re.search(r"^Uid:\s+(.*)", status, re.MULTILINE)
    assert users is not None
    assert set(users[1].split()) == {str(USER)}, f"it runs as {users[1]}"
    mounts = [line.split() for line in Path(f"/proc/{pid}/mountinfo").read_text().splitlines()]
    options = [mount[5].split(",") for mount in mounts if mount[4] == "/"][-1]
    assert "ro" in options, f"its root is mounted {options}"


def run_image(build: Builder) -> Iterator[tuple[str, str]]:
    """Start it, ask it, and tell what that took."""
    with build.mounted(IMAGE) as root:
        start = time.perf_counter()
        with started(root, build.config(IMAGE)) as (address, pid):
            health = wait_for(address)
            yield "answers /healthz after", f"{time.perf_counter() - start:.2f} s"
            assert health["status"] == "ok", health
            check_confined(pid)
            names = [sample["name"] for sample in asked(f"{address}/api/samples")]
            for i, name in enumerate(names):
                image = asked(f"{address}/api/samples/{name}", {})["id"]
                start = time.perf_counter()
                found = asked(f"{address}/api/rpn/proposals", {"image_id": image})
                ms = 1000 * (time.perf_counter() - start)
                assert found["proposals"], f"no proposals on {name}"
                when = "at the start, torch still loading" if i == 0 else "later"
                yield f"proposals on {name}, {when}", f"{ms:.0f} ms"


def missing() -> str:
    """Why this machine cannot do it; "" where it can."""
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if lacking:
        return f"make image-test needs {' and '.join(lacking)}: apt-get install {' '.join(lacking)}"
    return "" if os.geteuid() == 0 else "make image-test needs root: it mounts and changes root"


def measured(folder: Path, build_args: Sequence[str]) -> Iterator[tuple[str, str]]:
    """All of it in a folder; what was measured, one by one."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    )
    settings = environment(told.stdout, os.environ)
    build = Builder(folder)
    start = time.perf_counter()
    make_base(build, folder, settings)
    yield "base made in", f"{time.perf_counter() - start:.0f} s"
    start = time.perf_counter()
    build_image(build, settings, build_args)
    yield "image built in", f"{time.perf_counter() - start:.0f} s"
    yield "its size", build.size(IMAGE)
    yield from run_image(build)


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the image without a daemon, and run it.")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    chosen = parser.parse_args()
    if why := missing():
        raise SystemExit(why)
    folder = Path(tempfile.mkdtemp(prefix="vitrine-image-"))
    try:
        for what, value in measured(folder, chosen.build_arg):
            print(f"{what}: {value}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
