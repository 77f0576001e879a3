"""What the `detectors` page draws of a training: the frames of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from app.lab.contract import Frame, Rows
from models.measures import DetectorLoss, DetectorScore


@dataclass(frozen=True, kw_only=True)
class DetectorsFrame(Frame):
    """T moments, U measurements on held-out scenes, G and H true boxes, P positive, Q negative and
    I ignored anchors, R proposals (RoIs), O cells, K detections, M proposals in the held-out scene.

    Boxes are xyxy in pixels of a drawn scene; a scene is told by the seed that it is drawn from.
    The sample is what of one scene trained the network at the last step.
    """

    form: str
    part: int  # 1 to 4 where the parts of two stages alternate, 0: all at once
    steps: NDArray[np.float64]  # [T]
    history: Annotated[NDArray[np.float32], Rows(DetectorLoss)]  # [8, T]; NaN: not trained then
    score_steps: NDArray[np.float64]  # [U]
    scores: Annotated[NDArray[np.float32], Rows(DetectorScore)]  # [3, U]
    side: int  # of a scene, pixels
    cells: int  # of the feature map, a side
    scene: int
    sampled: bool  # whether a step has been done
    truth: NDArray[np.float32]  # [G, 4]
    positive: NDArray[np.float32]  # [P, 4]
    negative: NDArray[np.float32]  # [Q, 4]
    ignored: NDArray[np.float32]  # [I, 4]
    left: int  # anchors that could have trained and did not
    rois: NDArray[np.float32]  # [R, 4]
    roi_labels: NDArray[np.int32]  # [R]: 0 the background, else class + 1
    responsible: NDArray[np.int32]  # [O] cells, row by row
    responsible_boxes: NDArray[np.float32]  # [O, 4]
    easy: int  # anchors of a scene, the mean of the step's; -1: not this form
    easy_plain: float  # their share of the cross-entropy over all anchors
    easy_focal: float  # their share with the factor (1 - p)^gamma
    held_out: int
    held_out_truth: NDArray[np.float32]  # [H, 4]
    held_out_labels: NDArray[np.int32]  # [H]
    found: NDArray[np.float32]  # [K, 4], best first
    found_scores: NDArray[np.float32]  # [K]
    found_labels: NDArray[np.int32]  # [K]
    proposals: NDArray[np.float32]  # [M, 4], best first
    scenes: int  # that it learns from
    tested: int  # held-out scenes that are measured
    classes: list[str]
