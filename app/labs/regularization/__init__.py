"""The `regularization` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.regularization.code import code
from app.labs.regularization.config import RegularizationConfig
from app.labs.regularization.data import parameters
from app.labs.regularization.frames import RegularizationFrame
from app.labs.regularization.hand_out import HAND_OUT
from app.labs.regularization.lesson import LESSON
from app.labs.regularization.queries import router
from app.labs.regularization.run import run
from app.labs.regularization.views import VIEWS
from app.labs.regularization.words import WORDS

LAB = Lab(
    slug="regularization",
    chapter="fundamentals",
    title=N_("L1 and L2 regularization"),
    summary=N_("A penalty makes weights exactly zero, or only small: every path over λ, live."),
    papers=(
        Paper(
            "Hoerl, Kennard", 1970, "Ridge regression: biased estimation for nonorthogonal problems"
        ),
        Paper("Tibshirani", 1996, "Regression shrinkage and selection via the lasso"),
        Paper("Zou, Hastie", 2005, "Regularization and variable selection via the elastic net"),
        Paper("Loshchilov, Hutter", 2019, "Decoupled weight decay regularization"),
    ),
    config=RegularizationConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
    run=run,
    frames=(RegularizationFrame,),
    parameters=parameters,
    code=code,
    hand_out=HAND_OUT,
)
