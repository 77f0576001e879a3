"""The `cross-entropy` lab: what it is called, what it offers, and who wrote it down first."""

from fastapi import APIRouter

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.cross_entropy.code import code
from app.labs.cross_entropy.config import CrossEntropyConfig
from app.labs.cross_entropy.data import parameters
from app.labs.cross_entropy.frames import CrossEntropyFrame
from app.labs.cross_entropy.hand_out import HAND_OUT
from app.labs.cross_entropy.lesson import LESSON
from app.labs.cross_entropy.run import run
from app.labs.cross_entropy.views import VIEWS
from app.labs.cross_entropy.words import WORDS

LAB = Lab(
    slug="cross-entropy",
    chapter="fundamentals",
    title=N_("Cross-entropy"),
    summary=N_("Information, entropy and KL of bars you drag; softmax; and why not squared error."),
    papers=(
        Paper("Shannon", 1948, "A mathematical theory of communication"),
        Paper("Kullback, Leibler", 1951, "On information and sufficiency"),
        Paper("Bridle", 1990, "Probabilistic interpretation of feedforward classification network "
              "outputs, with relationships to statistical pattern recognition"),
        Paper("Guo, Pleiss, Sun, Weinberger", 2017, "On calibration of modern neural networks"),
    ),
    config=CrossEntropyConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=APIRouter(),
    run=run,
    frames=(CrossEntropyFrame,),
    parameters=parameters,
    code=code,
    hand_out=HAND_OUT,
)  # fmt: skip
