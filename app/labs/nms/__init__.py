"""The `nms` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.nms.config import NmsConfig
from app.labs.nms.lesson import LESSON
from app.labs.nms.queries import router
from app.labs.nms.views import VIEWS
from app.labs.nms.words import WORDS

LAB = Lab(
    slug="nms",
    chapter="detection",
    title=N_("Non-maximum suppression"),
    summary=N_(
        "From many overlapping boxes to one box per object: move the thresholds, ask each box who "
        "suppressed it, follow the algorithm decision by decision."
    ),
    papers=(
        Paper(
            "Bodla, Singh, Chellappa, Davis",
            2017,
            "Soft-NMS: Improving Object Detection With One Line of Code",
        ),
        Paper("Neubeck, Van Gool", 2006, "Efficient Non-Maximum Suppression"),
    ),
    config=NmsConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
)
