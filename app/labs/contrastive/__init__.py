"""The `contrastive` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.contrastive.code import code
from app.labs.contrastive.config import ContrastiveAction, ContrastiveConfig
from app.labs.contrastive.data import album_of, followed, memory, parameters
from app.labs.contrastive.frames import ContrastiveFrame, TrialsFrame
from app.labs.contrastive.hand_out import HAND_OUT
from app.labs.contrastive.lesson import LESSON
from app.labs.contrastive.queries import router
from app.labs.contrastive.run import run
from app.labs.contrastive.views import VIEWS
from app.labs.contrastive.words import WORDS

LAB = Lab(
    slug="contrastive",
    chapter="representation",
    title=N_("Contrastive learning"),
    summary=N_("Learn to see without labels: pairs of views, similarities, SimCLR and MoCo, live."),
    papers=(
        Paper("Chen, Kornblith, Norouzi, Hinton", 2020, "A simple framework for contrastive "
              "learning of visual representations"),
        Paper("He, Fan, Wu, Xie, Girshick", 2020, "Momentum contrast for unsupervised visual "
              "representation learning"),
        Paper("van den Oord, Li, Vinyals", 2018, "Representation learning with contrastive "
              "predictive coding"),
        Paper("Chen, He", 2021, "Exploring simple Siamese representation learning"),
        Paper("Wang, Isola", 2020, "Understanding contrastive representation learning through "
              "alignment and uniformity on the hypersphere"),
    ),
    config=ContrastiveConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
    run=run,
    frames=(ContrastiveFrame, TrialsFrame),
    live_in=followed,
    action=ContrastiveAction,
    parameters=parameters,
    code=code,
    album=album_of,
    threads=2,
    memory=memory,
    hand_out=HAND_OUT,
)  # fmt: skip
