"""The application: settings, mounts, routers, error handlers, nothing else."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from app import ROOT, __version__, lectures, pages, share, texts
from app.answers.shared import SharedAnswers
from app.detection.inference import Networks
from app.doors.bodies import refuse_surrogates
from app.doors.middleware import Doors
from app.doors.static_files import KeptFiles
from app.failures import install_error_handlers
from app.pictures import images, samples
from app.pictures.albums import drafts as album_drafts
from app.pictures.albums import endpoints as albums
from app.pictures.albums.store import AlbumStore
from app.pictures.owners import Owners
from app.pictures.private_folder import remove_abandoned
from app.registry import LABS
from app.rooms import endpoints as rooms
from app.rooms import sockets as room_lines
from app.rooms.rooms import Rooms
from app.runs import sockets, watching, whole
from app.runs.engine import Engine
from app.runs.processes import ProcessEngine
from app.runs.ray import RayEngine
from app.runs.runs import Runs
from app.settings import Settings
from app.settings import settings as process_settings
from app.stopping import in_background
from app.tables import queries as tables

# Long enough for the first page to be served before torch takes the interpreter for 2 seconds.
WARM_UP_DELAY = 1.0


class Vitrine(FastAPI):
    """FastAPI with our doors outermost: around what answers 500, where no other middleware is."""

    def build_middleware_stack(self) -> ASGIApp:
        return Doors(super().build_middleware_stack(), self.state.settings)


class Health(BaseModel):
    status: str
    version: str


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole application, ready for a server; `settings` default to the environment's."""
    settings = settings or process_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(asyncio.to_thread(remove_abandoned)),
            asyncio.create_task(warm_up(app)),
            asyncio.create_task(app.state.runs.engine.keep_ready()),
            asyncio.create_task(app.state.rooms.keep_swept()),
        ]
        async with AsyncExitStack() as shared:
            if settings.store_url:
                await shared.enter_async_context(app.state.shared.under_way())
            yield
        for task in tasks:
            task.cancel()
        for name in ("rooms", "runs", "networks", "images", "drafts", "albums"):
            getattr(app.state, name).close()

    app = Vitrine(
        title="Vitrine",
        version=__version__,
        description="See inside the fundamentals of deep learning. Boxes are (x1, y1, x2, y2) in "
        "pixels of the displayed image.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(refuse_surrogates)],
    )
    app.state.settings = settings
    app.state.networks = Networks(settings)
    app.state.shared_answers = SharedAnswers()
    if settings.store_url:
        from app.shared.web_process import WebProcess  # which few servers need

        app.state.shared = WebProcess(app, settings, engine_of(settings))
    else:
        keep_here(app)
    for store in (app.state.images, app.state.albums):
        store.on_forgotten.append(app.state.shared_answers.forget)
    app.state.whole_runs = whole.WholeRuns(app.state.runs, app.state.shared_answers)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)
    install_error_handlers(app, pages.not_found)
    # First, because it is asked for most, and every route before it is compared with the path.
    app.mount("/static", KeptFiles(ROOT / "static"), name="static")
    app.include_router(pages.router)
    app.include_router(texts.router)
    app.include_router(images.router)
    app.include_router(album_drafts.router)
    app.include_router(albums.router)
    app.include_router(samples.router)
    app.include_router(sockets.router)
    app.include_router(watching.router)
    app.include_router(whole.router)
    app.include_router(rooms.router)
    app.include_router(room_lines.router)
    app.include_router(share.router)
    app.include_router(lectures.router)
    app.include_router(tables.router)
    for lab in LABS:
        app.include_router(lab.router, tags=[lab.slug])

    @app.get("/healthz", tags=["server"])
    async def healthz() -> Health:
        """Whether the server answers, and which version it is."""
        return Health(status="ok", version=__version__)

    return app


def keep_here(app: FastAPI) -> None:
    """What visitors bring, and all that is under way, in this process: the only one."""
    settings: Settings = app.state.settings
    app.state.images = images.ImageStore(settings)
    app.state.owners = Owners()
    app.state.albums = AlbumStore(settings)
    app.state.drafts = album_drafts.Drafts(app.state.albums)
    app.state.addresses = share.ShortAddresses()
    app.state.runs = Runs(engine_of(settings), settings, app.state.albums)
    app.state.rooms = Rooms(settings)
    app.state.rooms.keep_past_here = app.state.runs.keep_past


def engine_of(settings: Settings) -> Engine:
    """What drives the trainings, as the settings choose."""
    return RayEngine(settings) if settings.engine == "ray" else ProcessEngine(settings)


async def warm_up(app: FastAPI) -> None:
    """Load torch, the weights and the compiled NMS behind the first page, not before it."""
    await asyncio.sleep(WARM_UP_DELAY)
    await in_background(app.state.runs.engine.warm_up)
    await app.state.networks.warm_up()
    # What is loaded stays. Searched for garbage, as any large request makes Python do, it held up
    # every page for 200 ms.
    gc.freeze()
