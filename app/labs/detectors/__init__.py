"""The `detectors` lab: what it is called, what it offers, and who wrote it down first."""

from app.i18n import N_
from app.lab.contract import Lab, Paper
from app.labs.detectors.code import code
from app.labs.detectors.config import DetectorsConfig
from app.labs.detectors.frames import DetectorsFrame
from app.labs.detectors.lesson import LESSON
from app.labs.detectors.queries import router
from app.labs.detectors.run import followed, memory, parameters, run
from app.labs.detectors.views import VIEWS
from app.labs.detectors.words import WORDS

LAB = Lab(
    slug="detectors",
    chapter="detection",
    title=N_("One-stage and two-stage detectors"),
    summary=N_(
        "The same picture through both: what each finds, misses and gets wrong, and how one box "
        "came from anchor to detection."
    ),
    papers=(
        Paper(
            "Girshick, Donahue, Darrell, Malik",
            2014,
            "Rich Feature Hierarchies for Accurate Object Detection and Semantic Segmentation",
        ),
        Paper("Girshick", 2015, "Fast R-CNN"),
        Paper(
            "Ren, He, Girshick, Sun",
            2015,
            "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks",
        ),
        Paper(
            "Liu, Anguelov, Erhan, Szegedy, Reed, Fu, Berg",
            2016,
            "SSD: Single Shot MultiBox Detector",
        ),
        Paper(
            "Redmon, Divvala, Girshick, Farhadi",
            2016,
            "You Only Look Once: Unified, Real-Time Object Detection",
        ),
        Paper("Lin, Goyal, Girshick, He, Dollár", 2017, "Focal Loss for Dense Object Detection"),
        Paper("He, Gkioxari, Dollár, Girshick", 2017, "Mask R-CNN"),
    ),
    config=DetectorsConfig,
    lesson=LESSON,
    views=VIEWS,
    words=WORDS,
    router=router,
    run=run,
    frames=(DetectorsFrame,),
    parameters=parameters,
    memory=memory,
    live_in=followed,
    code=code,
)
