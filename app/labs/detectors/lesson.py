"""The lesson of the `detectors` lab."""

from __future__ import annotations

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("One picture, two detectors"),
        N_(
            "Object detection answers two questions for every object: what is it, and where is "
            "it? Both detectors see the same features of the same picture. Which objects does only "
            "one of them find?"
        ),
        {"source": "scene", "scene": 6, "shown": "side"},
    ),
    Step(
        N_("Every threshold is a trade"),
        N_(
            "At a score threshold of 0.05 fewer objects are missed and more boxes are wrong. Move "
            "it up to 0.9. Error rate and miss rate: can both be low at once?"
        ),
        {"source": "scene", "scene": 22, "score_threshold": 0.05},
    ),
    Step(
        N_("Fewer proposals"),
        N_(
            "The second stage looks at 10 proposals instead of 100. What is lost, and what is "
            "gained? Move the lever up again and watch the table."
        ),
        {"source": "scene", "scene": 7, "shown": "side", "proposals": 10},
    ),
    Step(
        N_("Count along the two roads"),
        N_(
            "A picture of 256 × 256 gives a map of 16 × 16, and with 9 anchors at each place "
            "2,304 anchors. The proposal network gives each of them 2 scores and 4 deltas; the "
            "one-stage detector gives each a score for every class and the background."
        ),
        {"source": "scene", "scene": 6, "input_size": 256},
        "roads",
    ),
    Step(
        N_("Where do the milliseconds go?"),
        N_(
            "Most of the time goes into the backbone, which both share. Compare 300 proposals "
            "with 10: which parts grow? Does either detector reach 30 pictures per second on "
            "this machine?"
        ),
        {"source": "scene", "scene": 6, "proposals": 300},
        "roads",
    ),
    Step(
        N_("Follow one detection"),
        N_(
            "An anchor becomes a proposal, and the second stage refines it once more. Choose a "
            "detection and read its IoU with the truth at each step. Which step gains more?"
        ),
        {"source": "scene", "scene": 6, "followed": "two", "row": -1},
        "follow",
    ),
    Step(
        N_("Round, or sample?"),
        N_(
            "RoIPool rounds the region to whole cells, RoIAlign samples between them. Drag the "
            "box by a pixel or two. When does each of the two grids of numbers change?"
        ),
        {"source": "scene", "scene": 6, "region": ""},
        "pooling",
    ),
    Step(
        N_("From R-CNN to Mask R-CNN"),
        N_(
            "R-CNN sends every crop through a whole network; the others compute the features once. "
            "Read the times for 10 crops, then for 50. What does each member of the family "
            "compute once, and what for every box?"
        ),
        {"source": "scene", "scene": 6, "crops": 10},
        "family",
    ),
    Step(
        N_("Are two stages always better?"),
        N_(
            "Often said: two stages make fewer errors and are slower. Here it is measured, with "
            "intervals; the verdict may also be that 60 scenes cannot tell. Compare the published "
            "pairs: FCOS has one stage and the highest AP. Which difference holds everywhere?"
        ),
        {"source": "scene", "scene": 6},
        "claim",
    ),
)
