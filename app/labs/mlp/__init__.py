"""The `mlp` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.mlp.code import code
from app.labs.mlp.config import MlpConfig, SetWeight
from app.labs.mlp.data import followed, parameters
from app.labs.mlp.frames import MlpFrame, PerceptronFrame
from app.labs.mlp.hand_out import HAND_OUT
from app.labs.mlp.lesson import LESSON
from app.labs.mlp.queries import router
from app.labs.mlp.run import run
from app.labs.mlp.views import VIEWS
from app.labs.mlp.words import WORDS

LAB = Lab(
    slug="mlp",
    chapter="fundamentals",
    title=N_("Perceptron and MLP"),
    summary=N_("From a line drawn by mistakes to layers that bend: every neuron's response, live."),
    papers=(
        Paper(
            "Rosenblatt",
            1958,
            "The perceptron: a probabilistic model for information storage and organization in "
            "the brain",
        ),
        Paper("Novikoff", 1962, "On convergence proofs for perceptrons"),
        Paper(
            "Rumelhart, Hinton, Williams",
            1986,
            "Learning representations by back-propagating errors",
        ),
    ),
    config=MlpConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
    run=run,
    frames=(MlpFrame, PerceptronFrame),
    live_in=followed,
    action=SetWeight,
    parameters=parameters,
    code=code,
    hand_out=HAND_OUT,
)  # fmt: skip
