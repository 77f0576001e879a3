"""The `pretext` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.pretext.code import code
from app.labs.pretext.config import PretextAction, PretextConfig
from app.labs.pretext.data import album_of, followed, memory, parameters
from app.labs.pretext.frames import PairsFrame, PretextFrame, ScaleFrame, WordsFrame
from app.labs.pretext.hand_out import HAND_OUT
from app.labs.pretext.lesson import LESSON
from app.labs.pretext.queries import router
from app.labs.pretext.run import run
from app.labs.pretext.views import VIEWS
from app.labs.pretext.words import WORDS

LAB = Lab(
    slug="pretext",
    chapter="representation",
    title=N_("Pretext tasks"),
    summary=N_("Labels that the data make themselves: turned, hidden, shuffled pictures."),
    papers=(
        Paper("Doersch, Gupta, Efros", 2015, "Unsupervised visual representation learning by "
              "context prediction"),
        Paper("Misra, Zitnick, Hebert", 2016, "Shuffle and learn: unsupervised learning using "
              "temporal order verification"),
        Paper("Zhang, Isola, Efros", 2016, "Colorful image colorization"),
        Paper("Gidaris, Singh, Komodakis", 2018, "Unsupervised representation learning by "
              "predicting image rotations"),
        Paper("Wei, Lim, Zisserman, Freeman", 2018, "Learning and using the arrow of time"),
        Paper("Kolesnikov, Zhai, Beyer", 2019, "Revisiting self-supervised visual representation "
              "learning"),
        Paper("Devlin, Chang, Lee, Toutanova", 2019, "BERT: pre-training of deep bidirectional "
              "transformers for language understanding"),
        Paper("Benaim and others", 2020, "SpeedNet: learning the speediness in videos"),
        Paper("Radford and others", 2021, "Learning transferable visual models from natural "
              "language supervision"),
        Paper("He and others", 2022, "Masked autoencoders are scalable vision learners"),
    ),
    config=PretextConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
    run=run,
    frames=(PretextFrame, WordsFrame, PairsFrame, ScaleFrame),
    action=PretextAction,
    parameters=parameters,
    code=code,
    album=album_of,
    memory=memory,
    hand_out=HAND_OUT,
    live_in=followed,
)  # fmt: skip
