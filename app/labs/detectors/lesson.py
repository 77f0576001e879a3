"""The lesson of the `detectors` lab."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from app.i18n import N_
from app.lab.lessons import Question, Sketch, Step
from models.measures import DetectorScore

if TYPE_CHECKING:
    from app.labs.detectors.frames import DetectorsFrame


def newest(frame: DetectorsFrame, name: DetectorScore) -> float:
    """What the newest measurement on held-out scenes says."""
    return float(frame.scores[get_args(DetectorScore).index(name)][-1])


def draws_256(frame: DetectorsFrame) -> bool:
    """The RPN's sample is 256 anchors, at most half of them positive, and it helps."""
    drawn = len(frame.positive) + len(frame.negative)
    return drawn == 256 and 0 < len(frame.positive) <= 128 and newest(frame, "ap50") > 0.2


def proposes_without_names(frame: DetectorsFrame) -> bool:
    return newest(frame, "proposals") > 0.6 and newest(frame, "ap50") < 0.15


def is_mostly_easy(frame: DetectorsFrame) -> bool:
    return frame.easy_plain > 0.5 and frame.easy_focal < frame.easy_plain / 2


LESSON = (
    Step(
        N_("One picture, two detectors"),
        N_(
            "Object detection answers two questions for every object: what is it, and where is it? "
            "Both detectors see the same features of the same picture."
        ),
        {"source": "scene", "scene": 6, "shown": "side"},
        levers=("score_threshold", "iou_threshold"),
        watch=N_("Detections"),
        question=Question(
            N_("What does a detector answer for a picture?"),
            (
                N_("One class."),
                N_("One box."),
                N_("A list of boxes, each with a class and a score."),
            ),
            2,
            N_(
                "Classification names a picture, localization adds one box; detection lists every "
                "object with class, box and score. “What differs” shows which objects only one of "
                "the two finds."
            ),
        ),
    ),
    Step(
        N_("Every threshold is a trade"),
        N_("Move the score threshold from {score_threshold} up to 0.9."),
        {"source": "scene", "scene": 22, "score_threshold": 0.05},
        levers=("score_threshold",),
        watch=N_("missed"),
        question=Question(
            N_("What does a higher score threshold do?"),
            (
                N_("Fewer boxes are wrong, more objects are missed."),
                N_("More boxes are wrong, fewer objects are missed."),
                N_("Both become fewer."),
            ),
            0,
            N_(
                "Raising it only removes detections: right ones and wrong ones. Error rate and "
                "miss rate are two ends of one lever; that is why detectors are compared by "
                "average precision, over all thresholds."
            ),
        ),
        see=(("nms", "Which way does the threshold work?"),),
    ),
    Step(
        N_("Fewer proposals"),
        N_("The second stage looks at {proposals} proposals only. Move the lever up to 100."),
        {"source": "scene", "scene": 6, "shown": "side", "proposals": 5},
        levers=("proposals", "score_threshold"),
        watch=N_("missed"),
        question=Question(
            N_("An object that no proposal covers: can the second stage find it?"),
            (N_("Yes."), N_("No.")),
            1,
            N_(
                "The second stage only judges and refines what the first one proposes. Fewer "
                "proposals cost less time and may cost objects."
            ),
        ),
        see=(("rpn", "Too many boxes"),),
    ),
    Step(
        N_("Count along the two roads"),
        N_(
            "A picture of 256 × 256 gives a map of 16 × 16 at stride 16, and with 9 anchors at "
            "each place 2,304 anchors. The input is {input_size} now; double it."
        ),
        {"source": "scene", "scene": 6, "input_size": 256},
        "roads",
        levers=("input_size", "proposals"),
        watch=N_("anchors"),
        question=Question(
            N_("How many scores does the proposal network give each anchor?"),
            (N_("2"), N_("4"), N_("One for every class.")),
            0,
            N_(
                "Object or background, and 4 deltas: 18 and 36 numbers at each place. The "
                "one-stage detector gives each anchor a score for every class and the background."
            ),
        ),
    ),
    Step(
        N_("Where do the milliseconds go?"),
        N_("Compare {proposals} proposals with 10: which parts grow?"),
        {"source": "scene", "scene": 6, "proposals": 300},
        "roads",
        levers=("proposals", "input_size"),
        watch=N_("FC layers"),
        question=Question(
            N_("Which part do both detectors share?"),
            (N_("The backbone."), N_("RoI pooling."), N_("NMS over the proposals.")),
            0,
            N_(
                "The features are computed once for both. What the second stage adds grows with "
                "the number of proposals. Whether either reaches 30 pictures per second depends "
                "on the machine: the bars are measured on this one."
            ),
        ),
    ),
    Step(
        N_("Follow one detection"),
        N_(
            "An anchor becomes a proposal, and the second stage refines it once more. Choose a "
            "detection and read its IoU with the truth at each step."
        ),
        {"source": "scene", "scene": 6, "followed": "two", "row": -1},
        "follow",
        levers=("score_threshold", "proposals"),
        watch=N_("IoU"),
        question=Question(
            N_("How often is a box moved on the two-stage road?"),
            (N_("Never."), N_("Once."), N_("Twice.")),
            2,
            N_(
                "By the deltas of the proposal network, which know no class, and by those of the "
                "second stage, one set for each class. On the one-stage road it is moved once."
            ),
        ),
        see=(("rpn", "Four deltas move the anchor"),),
    ),
    Step(
        N_("Round, or sample?"),
        N_(
            "RoIPool rounds the region to whole cells, RoIAlign samples between them. Drag the box "
            "by a pixel or two and watch the two grids of {bins} × {bins} numbers."
        ),
        {"source": "scene", "scene": 6, "region": ""},
        "pooling",
        levers=("bins", "input_size"),
        watch=N_("RoIAlign"),
        question=Question(
            N_("Which grid changes when the box moves by one pixel?"),
            (
                N_("Both, always."),
                N_("RoIAlign’s; RoIPool’s only when a border crosses a cell."),
                N_("Only RoIPool’s."),
            ),
            1,
            N_(
                "Rounding hides small moves, which costs precise boxes and masks; sampling does "
                "not. Either cuts out features, it moves no box: the regression branch does that."
            ),
        ),
    ),
    Step(
        N_("From R-CNN to Mask R-CNN"),
        N_(
            "R-CNN sends every one of {crops} crops through a whole network; the others compute "
            "the features once."
        ),
        {"source": "scene", "scene": 6, "crops": 10},
        "family",
        levers=("crops", "input_size"),
        watch=N_("passes"),
        question=Question(
            N_("With five times as many crops, how does R-CNN’s time grow?"),
            (N_("Hardly."), N_("About five times."), N_("Twenty-five times.")),
            1,
            N_(
                "One pass a crop. Fast R-CNN computes the features once and pools them for every "
                "box, Faster R-CNN also proposes from them, Mask R-CNN adds a mask for each box."
            ),
        ),
    ),
    Step(
        N_("Propose with and without learning"),
        N_(
            "The same picture, {proposals} proposals: windows everywhere, selective search, the "
            "RPN. Move the lever and watch who covers the objects first."
        ),
        {"source": "scene", "scene": 6, "proposals": 20, "proposer": "windows"},
        "proposers",
        levers=("proposals",),
        watch=N_("recall"),
        question=Question(
            N_("How many windows does it take until most objects are covered?"),
            (N_("About twenty."), N_("About a hundred."), N_("Many hundreds.")),
            2,
            N_(
                "Each would have to be classified. The RPN has learned where objects are, on "
                "features that the detector needs anyway, and covers them with a few dozen."
            ),
        ),
    ),
    Step(
        N_("Train both parts"),
        N_(
            "A small detector learns from 48 drawn scenes. The left picture shows which anchors "
            "train the RPN at this very step, and which regions train the second stage."
        ),
        {"form": "two", "order": "jointly", "drawn": "anchors"},
        "train",
        levers=("order", "learning_rate"),
        stop=200,
        watch=N_("AP50"),
        question=Question(
            N_("Which anchors train the RPN at a step?"),
            (
                N_("All of them."),
                N_("Only those on objects."),
                N_("A drawn sample: 256, at most half of them positive."),
            ),
            2,
            N_(
                "Without a sample the background would drown the few objects. Anchors between the "
                "two IoU thresholds are ignored. Another seed draws other anchors."
            ),
        ),
        sketch=Sketch(N_("How will AP50 on held-out scenes rise?"), "learned", (0, 200), (0, 1)),
        holds=draws_256,
    ),
    Step(
        N_("First the RPN, then the second stage"),
        N_(
            "Ren et al. trained the parts by turns. The run stops after 60 steps, when "
            "the RPN has had its first turn and the second stage none."
        ),
        {"form": "two", "order": "alternating", "part_steps": 60, "drawn": "anchors"},
        "train",
        levers=("part_steps", "order"),
        stop=60,
        watch=N_("objects that a proposal covers"),
        question=Question(
            N_("What is there after the RPN’s turn?"),
            (
                N_("Proposals on most objects, but no right classes."),
                N_("Detections with classes."),
                N_("Nothing yet."),
            ),
            0,
            N_(
                "The RPN tells where some object may be. Only the second stage names it; it needs "
                "proposals to learn from, so the RPN comes first. Go on: AP50 rises in the second "
                "turn."
            ),
        ),
        holds=proposes_without_names,
    ),
    Step(
        N_("Easy background, and focal loss"),
        N_(
            "One stage looks at all 1,296 anchors, and nearly all of them are background. Move γ "
            "from {gamma} to 0 and back."
        ),
        {"form": "ssd", "negatives": "all", "gamma": 2.0},
        "train",
        levers=("gamma", "negatives"),
        stop=200,
        watch=N_("easy background in the focal loss"),
        question=Question(
            N_("What is most of the loss made of when all anchors count alike (γ = 0)?"),
            (
                N_("The positive anchors."),
                N_("Background that the network is already sure of."),
                N_("Ignored anchors."),
            ),
            1,
            N_(
                "Each of them costs little, but there are more than a thousand. The factor "
                "(1 − p) to the power of γ makes their share small; SSD leaves most of them out. "
                "With focal loss RetinaNet closed the gap to two stages in 2017."
            ),
        ),
        holds=is_mostly_easy,
        see=(("cross-entropy", "Confident and wrong"),),
    ),
    Step(
        N_("Are two stages always better?"),
        N_(
            "Often said: two stages make fewer errors and are slower. Here it is measured, with "
            "intervals, with the same backbone and data."
        ),
        {"source": "scene", "scene": 6},
        "claim",
        levers=("proposals",),
        watch=N_("AP50"),
        question=Question(
            N_("Do two stages have the higher AP, whatever the pair?"),
            (N_("Yes."), N_("No.")),
            1,
            N_(
                "Of the published ones FCOS, with one stage, has the highest AP; RetinaNet closed "
                "the gap in 2017 with focal loss. Recipe and training time can turn the order "
                "around, and 60 scenes may be too few to tell."
            ),
        ),
    ),
    Step(
        N_("Who finds the small objects?"),
        N_(
            "These numbers are recorded, on 290 photos of at most 320 pixels; 210 of their objects "
            "are under 32 pixels. The second stage looks at {proposals} proposals. Move the lever "
            "to 300."
        ),
        {"measured": "photos", "proposals": 10},
        "claim",
        levers=("proposals",),
        watch=N_("Recall"),
        question=Question(
            N_("With 10 proposals, which detector finds more of the small objects?"),
            (N_("One stage."), N_("Two stages."), N_("Both find equally many.")),
            0,
            N_(
                "One stage looks at every anchor. Two stages look only at what is proposed, and "
                "with 10 boxes they find fewer than half of the small objects. With 100 and more "
                "proposals two stages find more of them."
            ),
        ),
        see=(("rpn", "Too many boxes"),),
    ),
)
