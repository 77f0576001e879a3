"""Settings, each read from an environment variable `VITRINE_<NAME>`; the README lists them."""

import re
from functools import cache
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.pictures.decoding.limits import MEBIBYTE as MEBIBYTE
from app.pictures.decoding.limits import MOST_JPEG_PIXELS, MOST_PIXELS
from models.device import why_not

# Of a path that no browser reads as something else; JupyterHub escapes users' names in it.
SEGMENT = r"/(?!(?:\.|%2[eE]){1,2}(?:/|$))(?:[\w.~@+-]|%(?!2[fF]|5[cC]|[01]|7[fF])[0-9a-fA-F]{2})+"
# A proxy that takes these away leaves no path that is told from a page's own.
OWN = ("/api", "/fonts", "/labs", "/patterns", "/room", "/s", "/static", "/healthz")
PREFIX = re.compile(rf"(?:{SEGMENT})+", re.ASCII)


class Settings(BaseSettings):
    """What whoever runs the server may choose."""

    model_config = SettingsConfigDict(env_prefix="VITRINE_", extra="ignore")

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for the whole room")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 picks a free one")
    allowed_hosts: str | None = Field(
        None,
        description="names by which browsers may ask for this server, beside addresses, localhost "
        "and the machine's own name; separated by commas, `*.example.org` for all below it",
    )
    public_url: str | None = Field(
        None,
        description="the address that people type or scan, where a proxy stands before this "
        "server, such as https://lab.example.org/vitrine",
    )
    root_path: str | None = Field(
        None,
        description="path below which a proxy shows this server, such as /vitrine; else the one "
        "in VITRINE_PUBLIC_URL, or what the proxy tells by X-Forwarded-Prefix",
    )
    trusted_proxies: str | None = Field(
        None,
        description="addresses or networks of proxies that are believed when they tell a "
        "client's address; separated by commas",
    )
    max_upload_bytes: int = Field(
        10 * MEBIBYTE, gt=0, description="largest uploaded picture that is no JPEG, bytes"
    )
    max_jpeg_bytes: int = Field(32 * MEBIBYTE, gt=0, description="largest uploaded JPEG, bytes")
    max_pixels: int = Field(
        MOST_PIXELS,
        gt=0,
        description="pixels of an uploaded picture that are decoded, at most 25 million; a JPEG, "
        "which is decoded at 1/2, 1/4 or 1/8, may have 200 million",
    )
    max_side: int = Field(
        1600, ge=64, description="longer side that an uploaded picture is reduced to, pixels"
    )
    max_album_bytes: int = Field(
        64 * MEBIBYTE, gt=0, description="largest zip, or photos together, to learn from, bytes"
    )
    image_hours: float = Field(6, gt=0, description="how long an unused picture is kept, hours")
    image_store_bytes: int = Field(
        2048 * MEBIBYTE,
        gt=0,
        description="room for all pictures together, and for all albums, bytes",
    )
    weights_folder: Path = Field(
        Path.home() / ".cache" / "vitrine",
        description="where fetch-weights and install-weights put, and pages look for, weights",
    )
    data: Path | None = Field(
        None, description="folder of data sets to learn from: cifar-10-batches-py, pictures"
    )
    max_runs: int = Field(64, ge=1, description="trainings at once, of all visitors together")
    runs_per_visitor: int = Field(8, ge=1, description="trainings at once of one visitor")
    runs_per_address: int = Field(
        32, ge=1, description="trainings at once of all programs of one address without a cookie"
    )
    run_steps: int = Field(1_000_000, ge=1, description="training steps of one run")
    run_seconds: float = Field(3600, gt=0, description="how long one run may last, seconds")
    run_idle_seconds: float = Field(
        600, gt=0, description="a run that nobody asks for a frame ends after this, seconds"
    )
    run_keep_seconds: float = Field(
        60, ge=0, description="how long a run waits for a page that lost its line, seconds"
    )
    run_parameters: int = Field(5_000_000, ge=1, description="trained numbers of one run")
    run_memory_bytes: int = Field(
        1024 * MEBIBYTE, gt=0, description="memory of one run beside torch itself, bytes (Linux)"
    )
    reserve_bytes: int = Field(
        512 * MEBIBYTE, ge=0, description="memory that trainings leave free on the machine, bytes"
    )
    max_rooms: int = Field(
        8,
        ge=1,
        description="rooms open at once; then one that all have left gives way to a new one",
    )
    room_guests: int = Field(300, ge=1, description="guests of one room at once")
    room_keep_minutes: float = Field(
        30, gt=0, description="how long a room waits for its presenter who is away, minutes"
    )
    room_idle_minutes: float = Field(
        180, gt=0, description="a room in which nothing new is shown closes after this, minutes"
    )
    store_url: str | None = Field(
        None,
        description="the Redis that several web processes behind one address share, such as "
        "redis://10.0.0.5:6379/0, which the extra vitrine[redis] speaks to",
    )
    shared_folder: Path | None = Field(
        None,
        validate_default=True,
        description="the folder that these processes see, for the pictures; needed with "
        "VITRINE_STORE_URL",
    )
    engine: Literal["processes", "ray"] = Field(
        "processes",
        description="where trainings run: in processes of this machine, or on Ray, which the extra "
        "vitrine[ray] brings",
    )
    ray_address: str | None = Field(
        None,
        description="the Ray cluster that trainings run on, such as 10.0.0.5:6380; none starts Ray "
        "on this machine, for this server alone",
    )
    device: str = Field(
        "auto",
        description="where the detectors, and what the labs on representation train, compute: "
        "auto (NVIDIA's first GPU where there is one, else the CPU), cpu, cuda, cuda:1, mps",
    )
    torch_threads: int = Field(
        0, ge=0, description="threads of one network evaluation; 0 leaves it to torch"
    )

    @field_validator("device")
    @classmethod
    def there(cls, name: str) -> str:
        if problem := why_not(name):
            raise ValueError(problem)
        return name

    @field_validator("allowed_hosts")
    @classmethod
    def names(cls, text: str | None) -> str | None:
        for part in parts(text):
            if not re.fullmatch(r"(\*\.)?[\w.-]+", part):
                raise ValueError(f"“{part}” is not a name such as lab.example.org, *.example.org")
        return text

    @field_validator("engine")
    @classmethod
    def installed(cls, engine: str) -> str:
        if engine == "ray" and find_spec("ray") is None:
            raise ValueError("Ray is not installed here; pip install 'vitrine[ray]' brings it")
        return engine

    @field_validator("shared_folder")
    @classmethod
    def with_a_store(cls, folder: Path | None, info: ValidationInfo) -> Path | None:
        if info.data.get("store_url") and folder is None:
            raise ValueError("with VITRINE_STORE_URL it must name a folder that all processes see")
        return folder

    @field_validator("store_url")
    @classmethod
    def of_redis(cls, url: str | None) -> str | None:
        if url and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("it is not of the form redis://10.0.0.5:6379/0")
        if url and find_spec("redis") is None:
            raise ValueError("redis is not installed here; pip install 'vitrine[redis]' brings it")
        return url

    @field_validator("max_pixels")
    @classmethod
    def fitting(cls, pixels: int) -> int:
        if pixels > MOST_PIXELS:
            raise ValueError(
                f"each picture is opened in a process of fixed memory, which holds {MOST_PIXELS:,} "
                f"pixels (a JPEG may have {MOST_JPEG_PIXELS:,}: it is decoded reduced)"
            )
        return pixels

    @field_validator("public_url")
    @classmethod
    def root_address(cls, text: str | None) -> str | None:
        if text is None:
            return None
        url = urlsplit(text)
        rest = (url.query, url.fragment, url.username)
        if url.scheme not in ("http", "https") or not url.hostname or any(rest):
            raise ValueError("it is not of the form https://lab.example.org/vitrine")
        checked_prefix(url.path)
        return text.rstrip("/")

    @field_validator("root_path")
    @classmethod
    def prefix(cls, text: str | None) -> str | None:
        return None if text is None else checked_prefix(text)

    @field_validator("trusted_proxies")
    @classmethod
    def networks(cls, text: str | None) -> str | None:
        for part in parts(text):
            ip_network(part)
        return text


def checked_prefix(path: str) -> str:
    """A path without its last slash. Raises ValueError for what no prefix may be."""
    path = path.rstrip("/")
    if path.startswith(OWN) and f"/{path.split('/')[1]}" in OWN:
        raise ValueError(f"“{path}” is a path of this server's own pages; choose another")
    if path and not PREFIX.fullmatch(path):
        raise ValueError(f"“{path}” is not a path such as /vitrine")
    return path


def parts(text: str | None) -> list[str]:
    """What stands between the commas."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


@cache
def settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
