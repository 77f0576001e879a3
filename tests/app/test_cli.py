"""The `vitrine` command, run as a person runs it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
import torch
from fastapi.testclient import TestClient
from websockets.sync.client import ClientConnection, connect

from app import __version__, cli
from app.lan import Machine, is_local, this_machine
from app.main import create_app
from app.settings import Settings, settings
from models.detection.opened import BUILDERS

GUARD = 60  # seconds against hanging for ever
ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "app.cli"]


def vitrine(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
    )


@contextmanager
def serving(*arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server and what it printed up to "Stop it"."""
    server = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    assert server.stdout is not None
    said = ""
    for line in server.stdout:
        said += line
        if line.startswith("Stop it"):
            break
    try:
        yield server, said
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_the_version_is_told() -> None:
    done = vitrine("--version")
    assert done.stdout == f"vitrine {__version__}\n"
    assert done.returncode == 0


def test_the_version_needs_neither_torch_nor_the_web() -> None:
    code = (
        "import sys\n"
        "from app.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'fastapi', 'uvicorn', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_plain_vitrine_serves_and_prints_its_real_address() -> None:
    with serving("--port", "0") as (server, said):
        address = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert address is not None, said
        assert address[1] != "0"
        assert "room" not in said
        with urllib.request.urlopen(address[0] + "/healthz", timeout=10) as answer:
            assert b'"ok"' in answer.read()
            assert "server" not in answer.headers
        server.send_signal(signal.SIGINT)
        assert server.wait(GUARD) == 130
        assert server.stdout is not None
        assert "Traceback" not in server.stdout.read()


def test_a_connection_is_kept_for_whoever_asks_again_later() -> None:
    """A phone of a full room was told nothing where it took more than five seconds to ask on."""
    with serving("--port", "0") as (_, said):
        address = re.search(r"http://(\S+)", said)
        assert address
        line = HTTPConnection(address[1], timeout=GUARD)
        line.request("GET", "/healthz")
        assert line.getresponse().read()
        kept = line.sock
        time.sleep(6)
        line.request("GET", "/healthz")
        assert line.getresponse().read()
        assert line.sock is kept


def test_for_a_room_the_address_comes_with_a_code_to_scan() -> None:
    with serving("serve", "--host", "0.0.0.0", "--port", "0") as (_, said):
        assert "http://127.0.0.1:" in said
        machine = this_machine()
        if machine.addresses:
            assert f"http://{machine.addresses[0]}:" in said
            assert said.count("█") > 100
        else:
            assert ("a container" if machine.container else "no network") in said


@pytest.mark.parametrize(
    ("host", "settings", "machine", "shared"),
    [
        (
            "0.0.0.0",
            {},
            ["192.168.1.5", "10.8.0.2"],
            ["http://192.168.1.5:80", "http://10.8.0.2:80"],
        ),
        ("::", {"root_path": "/vitrine"}, ["fd00::2"], ["http://[fd00::2]:80/vitrine"]),
        ("127.0.0.1", {}, ["192.168.1.5"], []),
        ("192.168.1.5", {}, ["10.0.0.1"], ["http://192.168.1.5:80"]),
        (
            "0.0.0.0",
            {"public_url": "https://lab.example/v"},
            ["10.0.0.1"],
            ["https://lab.example/v"],
        ),
    ],
)
def test_the_room_is_told_every_address_by_which_it_may_come(
    host: str, settings: dict[str, str], machine: list[str], shared: list[str]
) -> None:
    here = Machine(machine, set(machine), container=False)
    assert cli.for_the_room(host, 80, Settings(**settings), here) == shared


def test_the_port_may_be_said_before_or_after_serve() -> None:
    for arguments in (["--port", "0", "serve"], ["serve", "--port", "0"]):
        chosen = cli.parser().parse_args(arguments)
        assert (chosen.port, chosen.command) == (0, "serve")


def test_a_port_in_use_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = vitrine("--port", str(port))
    assert done.returncode == 1
    assert f"port {port} is in use" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("port", ["-1", "65536", "http", ""])
def test_an_impossible_port_is_refused(port: str) -> None:
    done = vitrine(f"--port={port}")
    assert done.returncode == 2
    assert "0 to 65535" in done.stderr
    assert "Traceback" not in done.stderr


def test_behind_a_proxy_the_address_that_people_type_is_printed() -> None:
    with serving("--port", "0", VITRINE_PUBLIC_URL="https://lab.example.org/") as (_, said):
        assert "for the room at https://lab.example.org\n" in said
        assert "█" in said


def test_a_setting_that_names_no_proxy_is_told() -> None:
    done = vitrine("--port", "0", VITRINE_TRUSTED_PROXIES="the proxy")
    assert done.returncode == 1
    assert "VITRINE_TRUSTED_PROXIES" in done.stderr


def test_an_address_of_another_machine_is_refused() -> None:
    for host in ("203.0.113.7", "no such host"):
        done = vitrine("--host", host)
        assert done.returncode == 1
        assert "not an address of this machine" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_setting_that_does_not_fit_is_named() -> None:
    done = vitrine(VITRINE_PORT="many")
    assert done.returncode == 1
    assert "VITRINE_PORT" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.thorough
@pytest.mark.parametrize("arguments", [["fetch-weights"], ["fetch-weights", "yolo"]])
def test_fetch_weights_lists_the_names_there_are(arguments: list[str]) -> None:
    done = vitrine(*arguments)
    assert done.returncode == 1
    assert "fasterrcnn_mobilenet_v3_large_320_fpn" in done.stderr
    assert "fasterrcnn_resnet50_fpn_v2" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.thorough
def test_without_a_network_fetch_weights_says_so(tmp_path: Path) -> None:
    # A proxy that is not there makes any machine one without a network.
    done = vitrine(
        "fetch-weights",
        "fasterrcnn_mobilenet_v3_large_320_fpn",
        VITRINE_WEIGHTS_FOLDER=str(tmp_path),
        https_proxy="http://127.0.0.1:9",
        HTTPS_PROXY="http://127.0.0.1:9",
        no_proxy="",
        NO_PROXY="",
    )
    assert done.returncode == 1
    assert "could not be fetched" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.thorough
def test_weights_from_a_file_are_installed_and_opened_on_a_photo(tmp_path: Path) -> None:
    name = "fasterrcnn_mobilenet_v3_large_320_fpn"
    file, folder = tmp_path / "mine.pth", tmp_path / "weights"
    detector = BUILDERS[name](weights=None, weights_backbone=None)
    torch.save(detector.state_dict(), file)
    done = vitrine("fetch-weights", name, "--from", str(file), VITRINE_WEIGHTS_FOLDER=str(folder))
    assert done.returncode == 0, done.stderr
    with TestClient(create_app(Settings(weights_folder=folder))) as client:
        photo = client.post("/api/samples/china").json()
        query = {"image_id": photo["id"], "model": name}
        answer = client.post("/api/rpn/proposals", json=query).json()
    assert answer["origin"] == "fetched"
    assert len(answer["feature_maps"]) > 1
    boxes = torch.tensor(answer["boxes"])
    assert (boxes >= 0).all()
    assert (boxes[:, 2] <= photo["width"] + 0.01).all()


@pytest.mark.parametrize("content", [None, b"", b"not weights", "other"])
def test_a_file_that_is_no_such_weights_is_refused_and_not_installed(
    tmp_path: Path,
    content: bytes | str | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, folder = tmp_path / "mine.pth", tmp_path / "weights"
    if content == "other":
        torch.save({"layer.weight": torch.zeros(3)}, file)
    elif isinstance(content, bytes):
        file.write_bytes(content)
    name = "fasterrcnn_resnet50_fpn_v2"
    monkeypatch.setenv("VITRINE_WEIGHTS_FOLDER", str(folder))
    settings.cache_clear()
    assert cli.main(["fetch-weights", name, "--from", str(file)]) == 1
    settings.cache_clear()
    said = capsys.readouterr().err
    assert said.startswith("vitrine: ")
    assert "Traceback" not in said
    assert not folder.exists()


def test_version_6_addresses_stand_in_brackets() -> None:
    assert cli.url("::1", 80) == "http://[::1]:80"
    assert is_local("::1")
    assert is_local("localhost")
    assert is_local("0.0.0.0")
    assert is_local("::")
    assert not is_local("192.168.1.2")


@pytest.mark.servers
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("loading", [True, False], ids=["while it loads", "when it has loaded"])
def test_every_end_is_clean_and_leaves_nothing_of_a_visitor(
    name: str, loading: bool, tmp_path: Path
) -> None:
    """SIGHUP left the visitors' pictures, SIGTERM a temporary file, and Ctrl+C waited for torch."""
    with serving("--port", "0", TMPDIR=str(tmp_path)) as (server, said), ExitStack() as sockets:
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address is not None, said
        if not loading:
            ask(address[0] + "/api/labs/fitting/run", b'{"steps": 1}')
        ask(address[0] + "/api/samples/china", b"")
        assert list(tmp_path.glob("**/*")), "the picture is somewhere"
        address_of_runs = address[0].replace("http", "ws") + "/api/labs/fitting/run"
        for _ in range(0 if loading else 6):
            begun_run(sockets.enter_context(connect(address_of_runs, max_size=None)))
        family = psutil.Process(server.pid).children(recursive=True)
        server.send_signal(getattr(signal, name))
        assert server.wait(GUARD) == 128 + getattr(signal, name)
        assert server.stdout is not None
        assert server.stdout.read() == ""  # not even from what Python does at its end
        _, alive = psutil.wait_procs(family, timeout=GUARD)
        assert not alive
        left = [path for path in tmp_path.iterdir() if not path.name.startswith("torchinductor")]
        assert not left


def begun_run(run: ClientConnection) -> None:
    """Have a run under way on a socket."""
    run.send('{"type": "start", "id": 1}')
    run.send('{"type": "next", "id": 2, "steps": 1}')
    assert '"started"' in str(run.recv(timeout=GUARD))
    assert run.recv(timeout=GUARD)


def ask(address: str, body: bytes) -> bytes:
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=GUARD) as answer:
        content: bytes = answer.read()
        return content
