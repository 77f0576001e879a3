"""The `batchnorm` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.batchnorm.code import code
from app.labs.batchnorm.config import BatchnormConfig
from app.labs.batchnorm.data import parameters
from app.labs.batchnorm.frames import BatchnormFrame, SweepFrame
from app.labs.batchnorm.hand_out import HAND_OUT
from app.labs.batchnorm.lesson import LESSON
from app.labs.batchnorm.queries import router
from app.labs.batchnorm.run import run
from app.labs.batchnorm.views import VIEWS
from app.labs.batchnorm.words import WORDS

LAB = Lab(
    slug="batchnorm",
    chapter="fundamentals",
    title=N_("Batch normalization"),
    summary=N_(
        "The same networks with and without BatchNorm, trained side by side and seen inside."
    ),
    papers=(
        Paper(
            "Ioffe, Szegedy",
            2015,
            "Batch normalization: accelerating deep network training by reducing internal "
            "covariate shift",
        ),
        Paper("LeCun, Bottou, Orr, Müller", 1998, "Efficient BackProp"),
        Paper("Ba, Kiros, Hinton", 2016, "Layer normalization"),
        Paper("Wu, He", 2018, "Group normalization"),
    ),
    config=BatchnormConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
    run=run,
    frames=(BatchnormFrame, SweepFrame),
    live_in=lambda config: None if config.mode == "train" else ("target",),
    parameters=parameters,
    code=code,
    hand_out=HAND_OUT,
)
