"""What the pages of a room say to it. What they are told stands in `app/rooms/sockets.py`."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from app.registry import BY_SLUG
from app.rooms.photos import HandedIn
from app.rooms.questions import MOST_CHOICES, Curve, OfLesson, Typed
from app.runs.sockets import Here, Message, Number
from app.share import MAX_PATH

PAGES = ("/", "/guide")  # that a room may be shown, beside the labs'
MAX_RUNS = 4  # that one page shows at once: its own, a sweep, one to compare
MOST_STEPS = 5000  # of one training of a hand-out
Name = Annotated[str, Field(pattern=r"^[\w-]{0,64}$")]


def known_page(path: str) -> str:
    """A path of this server that guests may be led to. Raises ValueError."""
    if path not in PAGES and path.removeprefix("/labs/") not in BY_SLUG:
        raise ValueError(path)
    return path


def known_lab(slug: str) -> str:
    """A lab's word. Raises ValueError."""
    if slug not in BY_SLUG:
        raise ValueError(slug)
    return slug


Page = Annotated[str, Field(max_length=100), AfterValidator(known_page)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Photo(Strict):
    """The presenter's own photo, which the room may see: its id, and its size in pixels."""

    id: Name
    width: int = Field(ge=1, le=100_000)
    height: int = Field(ge=1, le=100_000)
    incomplete: bool = False


class Shown(Strict):
    """What the presenter's page shows: its path below the server's root, the settings that differ
    from their defaults as an address has them, the names of the runs on it by what they are (""
    is the page's own), the training step of the past that is looked at (None: the newest), and
    the presenter's photo where the presenter allows it; `private` where there are pictures that
    the room may not see.
    """

    path: Page
    query: str = Field("", max_length=MAX_PATH)
    runs: dict[Name, Name] = Field({}, max_length=MAX_RUNS)
    step: int | None = Field(None, ge=0)
    photo: Photo | None = None
    private: bool = False


class Present(Message):
    """The first message of a presenter's page, on each of its lines."""

    type: Literal["present"]
    secret: str = Field(max_length=64)
    page: Name = ""  # the same on all lines of a page: what it asks again was done already


class Follow(Message):
    """The first message of a guest's page; `guest` is the name that the room gave it before."""

    type: Literal["follow"]
    guest: Name = ""
    following: bool = True
    path: Page = "/"


class Show(Message):
    type: Literal["show"]
    shown: Shown


class Where(Message):
    """A guest follows, or is on their own, and on which page."""

    type: Literal["where"]
    following: bool
    path: Page


class AskAll(Message):
    """A question to all guests: one of a lesson, or a typed one."""

    type: Literal["ask"]
    lesson: OfLesson | None = None
    typed: Typed | None = None


class Reveal(Message):
    """No more answers are taken, and the truth is told."""

    type: Literal["reveal"]


class Withdraw(Message):
    type: Literal["withdraw"]


class Answer(Message):
    """A guest's answer to the question of that number: one of these, as the question asks."""

    type: Literal["answer"]
    question: Number
    choice: int | None = Field(None, ge=0, lt=MOST_CHOICES, strict=True)
    number: float | None = Field(None, allow_inf_nan=False, ge=-1e12, le=1e12)
    curve: Curve | None = None


class HandAll(Message):
    """Each phone gets its own value of a setting, between `low` and `high`."""

    type: Literal["hand_out"]
    lab: Annotated[str, Field(max_length=100), AfterValidator(known_lab)]
    config: dict[str, Any] = Field(default_factory=dict)
    field: str = Field(max_length=100)
    low: float = Field(ge=-1e12, le=1e12, allow_inf_nan=False)
    high: float = Field(ge=-1e12, le=1e12, allow_inf_nan=False)
    steps: int = Field(ge=1, le=MOST_STEPS, strict=True)


class AskPhotos(Message):
    """Each phone is asked for a photo of its own, in which its objects are marked."""

    type: Literal["ask_photos"]
    lab: Annotated[str, Field(max_length=100), AfterValidator(known_lab)]
    config: dict[str, Any] = Field(default_factory=dict)


class GivePhoto(Message):
    """A guest's photo for the photos of that number, in place of the one before."""

    type: Literal["hand_in"]
    number: Number
    photo: HandedIn


class TakeBack(Message):
    """The hand-out is over, or no more photos are taken."""

    type: Literal["take_back"]


class Close(Message):
    type: Literal["close"]


Asks = AskAll | Reveal | Withdraw | Answer
Hands = HandAll | AskPhotos | GivePhoto | TakeBack
Told = Present | Follow | Show | Where | Asks | Hands | Close | Here
MESSAGE: TypeAdapter[Told] = TypeAdapter(Annotated[Told, Field(discriminator="type")])
