"""The names of what trainings measure: rows of their histories, and of the arrays in a frame.

A row is asked for by its name, here as in the browser, which is sent the names with the numbers.
They stand apart from the trainings so that who only names a row needs no torch.
"""

from typing import Literal

Quantile = Literal["low", "median", "high"]  # 10 %, 50 % and 90 % of the networks

# --- A curve that is fitted (models/replicas/curve_fit.py) ---------------------------------------

CurveFitError = Literal["training", "validation", "test", "penalty"]
CurveFitMeasure = Literal[
    "training low", "training", "training high", "validation",
    "test low", "test", "test high", "penalty",
]  # fmt: skip

Verdict = Literal[
    "untested",  # no test points
    "few",  # too few of them
    "learning",  # most of the variance is left, but the training error still falls
    "flat",  # all training targets are alike: there is nothing to fit
    "underfits",  # most of the training targets' variance is left, and it is not the noise
    "unexplained",  # most of it is left, and nobody knows whether it is noise
    "fits",  # about as well on new points
    "close",  # worse on new points, by little
    "worse",  # clearly worse on new points, by less than twice
    "overfits",  # much worse on new points
    "uncertain",  # worse on new points, but perhaps by chance
]

# --- Points that are told apart (models/replicas/classify.py) ------------------------------------

ClassifyMeasure = Literal[
    "training low", "training loss", "training high", "training accuracy",
    "test low", "test loss", "test high", "test accuracy", "penalty",
]  # fmt: skip
Health = Literal["unknown", "healthy", "vanishing", "exploding", "dead"]
ClassifyScore = Literal[
    "training loss", "training accuracy", "test loss", "test accuracy", "penalty"
]

# --- With and without BatchNorm (models/replicas/batchnorm_comparison.py) ------------------------

BatchNorm = Literal["none", "before", "after"]  # where it is: nowhere, before the activation, after
SweptPlace = Literal["none", "before"]  # of a sweep over many settings
NormalizedBy = Literal["x", "batch", "running"]  # a unit's values, and x_hat by either statistics
UnitNumber = Literal[
    "mean", "variance", "gamma", "beta",
    "running mean", "running variance", "next running mean", "next running variance",
]  # fmt: skip
Statistic = Literal["mean", "variance", "running mean", "running variance"]
WhenMoved = Literal["none", "before", "after", "before, own statistics"]

# --- Two losses (models/replicas/loss_comparison.py) ---------------------------------------------

ComparedLoss = Literal["cross-entropy", "brier"]
LossMeasure = Literal[
    "accuracy low", "accuracy", "accuracy high", "nats low", "nats", "nats high", "gradient norm",
]  # fmt: skip
LossScore = Literal["accuracy", "nats", "brier"]

# --- Shrinking weights (models/regularization) ---------------------------------------------------

Validated = Literal["mean", "standard error"]  # of the folds

# --- Views of pictures (models/representation) ---------------------------------------------------

ContrastiveMeasure = Literal[
    "loss", "positive", "negative", "alignment", "uniformity", "spread", "hits", "drift", "floor",
]  # fmt: skip
PairKind = Literal["positive", "negative"]
Moment = Literal["now", "before"]  # before training
Change = Literal["occlude", "rotate", "recolor"]
Features = Literal["random", "h", "z", "supervised", "fine-tuned"]
FrozenFeatures = Literal["random", "h", "z"]
Known = Literal["class", "brightness", "color", "turn"]  # what features are asked for

# --- Pretext tasks (models/representation/pretext.py) --------------------------------------------

PretextTask = Literal[
    "rotation", "patch", "color", "regression", "masked", "order", "sort", "speed", "frame",
    "simclr", "supervised",
]  # fmt: skip
PretextMeasure = Literal["loss", "accuracy"]  # of the batch; of held-out puzzles
ProbeMeasure = Literal["many", "few"]  # labels of a linear probe for the class: 50 each, as set
Depth = Literal["stem", "first block", "second block", "last layer"]  # of the encoder
Pretrained = Literal["untrained", "pretext"]
# Heads on frozen features, of this run and of ImageNet; and all weights trained, from two starts.
Learned = Literal["probe", "imagenet", "scratch", "tuned"]
Question = Literal["class", "place", "size", "count", "cells"]  # downstream
PairsMeasure = Literal["loss", "matched", "zero-shot"]  # of held-out pictures and texts
WordsMeasure = Literal["loss", "accuracy"]  # of held-out gaps in sentences

# --- Detectors that learn (models/detection/learning.py) -----------------------------------------

DetectorLoss = Literal[
    "rpn class", "rpn box", "head class", "head box",  # two stages
    "class", "box",  # one stage
    "object", "nothing",  # YOLO's confidence where an object is, and where none is
]  # fmt: skip
DetectorScore = Literal["ap50", "recall", "proposals"]  # on held-out scenes
