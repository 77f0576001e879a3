"""Settings, each read from an environment variable `VITRINE_<NAME>`; the README lists them."""

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 2**20


class Settings(BaseSettings):
    """What whoever runs the server may choose."""

    model_config = SettingsConfigDict(env_prefix="VITRINE_", extra="ignore")

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for the whole room")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 picks a free one")
    max_upload_bytes: int = Field(10 * MEBIBYTE, gt=0, description="largest uploaded file, bytes")
    max_pixels: int = Field(
        20_000_000, gt=0, description="largest uploaded picture, pixels, checked before decoding"
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
        description="where fetch-weights puts, and the pages look for, torchvision's weights",
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
    torch_threads: int = Field(
        0, ge=0, description="threads of one network evaluation; 0 leaves it to torch"
    )


@cache
def settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
