"""The `fitting` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.fitting.code import code
from app.labs.fitting.config import FittingConfig
from app.labs.fitting.data import parameters
from app.labs.fitting.frames import CapacityFrame, FittingFrame
from app.labs.fitting.hand_out import HAND_OUT
from app.labs.fitting.lesson import LESSON
from app.labs.fitting.run import run
from app.labs.fitting.table import router
from app.labs.fitting.views import VIEWS
from app.labs.fitting.words import WORDS

LAB = Lab(
    slug="fitting",
    chapter="fundamentals",
    title=N_("Over- and underfitting"),
    summary=N_(
        "A network learns a curve from a few noisy points: it underfits, fits, or memorizes "
        "the noise."
    ),
    papers=(
        Paper("Geman, Bienenstock, Doursat", 1992, "Neural networks and the bias/variance dilemma"),
        Paper(
            "Belkin, Hsu, Ma, Mandal",
            2019,
            "Reconciling modern machine-learning practice and the classical bias-variance "
            "trade-off",
        ),
    ),
    config=FittingConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
    run=run,
    frames=(FittingFrame, CapacityFrame),
    live_in=lambda config: None if config.mode == "fit" else (),
    parameters=parameters,
    code=code,
    hand_out=HAND_OUT,
)
