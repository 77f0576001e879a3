"""The `rpn` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.rpn.config import RpnConfig
from app.labs.rpn.hand_in import HAND_IN
from app.labs.rpn.lesson import LESSON
from app.labs.rpn.queries import router
from app.labs.rpn.views import VIEWS
from app.labs.rpn.words import WORDS

LAB = Lab(
    slug="rpn",
    chapter="detection",
    title=N_("Region Proposal Network"),
    summary=N_(
        "Upload a photo and follow nine anchors at one place through scores and deltas to "
        "proposals; then all of them."
    ),
    papers=(
        Paper(
            "Ren, He, Girshick, Sun",
            2015,
            "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks",
        ),
    ),
    config=RpnConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
    hand_in=HAND_IN,
)
