"""compose.yaml, which nothing here can start: each of its parts is what its program takes."""

import os
import re
import shlex
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml

from app.cli import parser
from app.settings import Settings
from tests.app.shared.stores import REDIS
from tests.cluster.pieces import ROOT
from tests.e2e.browser import GUARD
from tests.nginx import NGINX, nginx_command

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "vitrine"]
WEB = [name for name in OURS if "VITRINE_STORE_URL" in SERVICES[name]["environment"]]


def words_of(name: str) -> list[list[str]]:
    """The commands of a service, word for word; of a shell's line each."""
    command = SERVICES[name]["command"]
    if isinstance(command, str):
        return [shlex.split(command)]
    assert command[:2] == ["sh", "-c"]
    subprocess.run(["sh", "-n", "-c", command[2]], check=True)
    parts = re.split(r";|&&|&|\bdo\b|\bexec\b", command[2])
    return [shlex.split(part) for part in parts if part.strip()]


def commands(program: str) -> list[tuple[str, list[str]]]:
    """Of which service, and what the program is told."""
    found = [(name, words) for name in OURS for words in words_of(name)]
    return [(name, words[1:]) for name, words in found if words[0] == program]


def filled(environment: dict[str, str]) -> dict[str, str]:
    """As compose fills it in where only what must be given is given."""
    given = re.compile(r"\$\{\w+:([-?])([^}]*)\}")
    return {
        name: given.sub(lambda found: found[2] if found[1] == "-" else "x" * 40, str(value))
        for name, value in environment.items()
    }


def test_what_a_service_names_is_there() -> None:
    assert len(WEB) == 2
    for service in SERVICES.values():
        assert set(service.get("depends_on", [])) <= SERVICES.keys()
        assert service["restart"] == "unless-stopped"
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]
        for config in service.get("configs", []):
            assert config["source"] in COMPOSE["configs"]
    for name in OURS:
        extras = SERVICES[name]["build"]["args"]["EXTRAS"].split(",")
        assert set(extras) == {"ray", "redis"}


def test_ray_takes_the_commands_and_all_join_the_head() -> None:
    from ray.scripts.scripts import start

    told = {}
    for name, (first, *arguments) in commands("ray"):
        assert first == "start"
        told[name] = start.make_context("ray start", arguments).params
    assert told.keys() == {*WEB, "ray-head", "ray-worker"}
    port = told["ray-head"]["port"]
    assert not 10_002 <= port <= 19_999  # what Ray gives its workers
    for name, options in told.items():
        assert options["block"]  # it ends with its node, and is started again
        assert options["head"] == (name == "ray-head")
        assert options["address"] == (None if options["head"] else f"ray-head:{port}")
        computes = options["num_cpus"] is None
        assert computes == (name == "ray-worker")
    for name in WEB:
        assert SERVICES[name]["environment"]["VITRINE_RAY_ADDRESS"] == told[name]["address"]


def test_vitrine_takes_its_command_and_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [name for name, _ in commands("vitrine")] == WEB
    for name, arguments in commands("vitrine"):
        port = parser().parse_args(arguments).port
        assert f"server {name}:{port} " in COMPOSE["configs"]["proxy"]["content"]
        environment = filled(SERVICES[name]["environment"])
        folder = environment["VITRINE_SHARED_FOLDER"]
        assert f"pictures:{folder}" in SERVICES[name]["volumes"]
        for key, value in {**environment, "VITRINE_SHARED_FOLDER": str(tmp_path)}.items():
            monkeypatch.setenv(key, value)
        names = {key.removeprefix("VITRINE_").lower() for key in environment if "VITRINE" in key}
        assert names <= Settings.model_fields.keys()
        assert Settings().engine == "ray"


def test_only_who_answers_pages_is_asked_whether_it_does() -> None:
    for name in OURS:
        off = SERVICES[name].get("healthcheck", {}).get("disable", False)
        assert off == (name not in WEB)


@pytest.mark.servers
@pytest.mark.skipif(not REDIS, reason="there is no redis-server here")
def test_redis_takes_its_command(tmp_path: Path) -> None:
    [[program, *arguments]] = words_of("store")
    assert program == "redis-server"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(tmp_path)]
    process = subprocess.Popen([str(REDIS), *arguments, *place], stdout=subprocess.DEVNULL)
    try:
        with redis.Redis(port=port, decode_responses=True) as client:
            deadline = time.monotonic() + GUARD
            while process.poll() is None and time.monotonic() < deadline:
                try:
                    told = client.config_get("append*", "maxmemory*", "save")
                    break
                except redis.ConnectionError:
                    time.sleep(0.05)
    finally:
        process.kill()
        process.wait(GUARD)
    assert (told["appendonly"], told["appendfsync"], told["save"]) == ("yes", "always", "")
    assert (told["maxmemory"], told["maxmemory-policy"]) == (str(2**30), "noeviction")


@pytest.mark.servers
@pytest.mark.skipif(not NGINX, reason="there is no nginx here")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    blocks = str(COMPOSE["configs"]["proxy"]["content"]).replace("$$", "$")
    assert "$" not in str(COMPOSE["configs"]["proxy"]["content"]).replace("$$", "")
    for name in WEB:  # which only the network of the containers knows
        blocks = blocks.replace(f"server {name}:", "server 127.0.0.1:")
    command = [*nginx_command(tmp_path, blocks), "-t"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
