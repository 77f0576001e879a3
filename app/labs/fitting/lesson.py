"""The lesson of the `fitting` lab."""

import numpy as np

from app.i18n import N_
from app.lab.lessons import Question, Sketch, Step, measured
from app.labs.fitting.frames import FittingFrame


def error(frame: FittingFrame, role: str) -> float:
    """The median error of the networks."""
    return float(np.median(measured(frame, "errors", role)))


def band(frame: FittingFrame) -> float:
    """How far the networks' curves lie apart, on average."""
    return float(np.mean(measured(frame, "band", "high") - measured(frame, "band", "low")))


def noise(frame: FittingFrame) -> float:
    """The noise alone; infinite where nobody knows it."""
    return np.inf if frame.floor is None else frame.floor


LESSON = (
    Step(
        N_("One network and its points"),
        N_(
            "One network learns {train} training points. When it stops, show the test points: it "
            "has never seen them."
        ),
        {"show_test": False},
        "one",
        levers=("train", "width", "noise"),
        stop=1000,
        watch=N_("Test error"),
        question=Question(
            N_("On which points is its error larger?"),
            (N_("On the training points."), N_("On the test points.")),
            1,
            N_(
                "It has adjusted its weights to the training points only. The training error is "
                "the error on them; the generalization error is that expected on new points, and "
                "the test error estimates it from points held back."
            ),
        ),
        holds=lambda frame: error(frame, "test") > error(frame, "training"),
        see=(("mlp", "A hidden layer"),),
    ),
    Step(
        N_("Memorizing"),
        N_(
            "Now sixteen networks with thousands of weights each, and {train} training points. The "
            "points scatter around a smooth curve. The networks train until they stop at step 1000."
        ),
        {"width": 64, "depth": 2, "train": 16},
        "curve",
        levers=("train", "width", "noise"),
        stop=1000,
        watch=N_("Gap"),
        question=Question(
            N_("How does the error on new points (test) go?"),
            (
                N_("It falls with the training error, to the end."),
                N_("It falls first, then rises again."),
                N_("It rises from the start."),
            ),
            1,
            N_(
                "First the curves find the shape, and both errors fall. Then they run through "
                "every training point, noise and all: the training error falls below the dashed "
                "line of the noise, the test error rises. The gap between them is overfitting."
            ),
        ),
        sketch=Sketch(
            N_("Draw the test error over 1000 steps before it runs."),
            "errors",
            (0, 1000),
            (0.01, 2),
        ),
        holds=lambda frame: (
            error(frame, "training") < noise(frame) < frame.best_test < error(frame, "test") / 2
            and frame.best_step < frame.step
        ),
        see=(("regularization", "A polynomial, tamed"),),
    ),
    Step(
        N_("Underfitting"),
        N_(
            "The same sixteen points, but networks with a single hidden unit. One tanh unit makes "
            "one smooth step, up or down. Drag the {width} unit of the layer to 4 and more."
        ),
        {"width": 1, "depth": 1, "train": 16},
        "curve",
        levers=("width", "train"),
        stop=1000,
        watch=N_("Training error"),
        question=Question(
            N_("What do the two errors do?"),
            (
                N_("Both stay high."),
                N_("The training error falls to zero, the test error stays high."),
                N_("Both fall to the noise."),
            ),
            0,
            N_(
                "The network is too small for the curve, so already its training error stays far "
                "above the noise. More points would not help it; more units would."
            ),
        ),
        holds=lambda frame: (
            frame.verdict == "underfits"
            and min(error(frame, "training"), error(frame, "test")) > 5 * noise(frame)
        ),
    ),
    Step(
        N_("More data"),
        N_("The large networks that memorized, but with {train} training points."),
        {"train": 300, "batch_size": 100},
        "curve",
        levers=("train", "noise"),
        stop=1000,
        watch=N_("Gap"),
        question=Question(
            N_("What becomes of the gap?"),
            (N_("It stays."), N_("It all but closes."), N_("It grows.")),
            1,
            N_(
                "There is no room left to wiggle between the points: the band of the sixteen "
                "curves narrows onto the true curve, and both errors end close to the noise."
            ),
        ),
        holds=lambda frame: (
            abs(error(frame, "test") - error(frame, "training")) < 0.02
            and band(frame) < 0.3
            and float(np.mean((measured(frame, "band", "median") - frame.truth) ** 2)) < 0.02
        ),
    ),
    Step(
        N_("A penalty"),
        N_(
            "Back to sixteen points, with an L2 penalty λ = {l2}. Large weights cost something "
            "now, so the curve cannot bend sharply. The pale line is the run before. Drag λ while "
            "it runs: too little changes nothing, too much flattens everything."
        ),
        {"train": 16, "l2": 0.002},
        "curve",
        levers=("l2", "train"),
        stop=1000,
        watch=N_("Test error"),
        question=Question(
            N_("Compared with “Memorizing”, which error is lower now?"),
            (N_("The training error."), N_("The test error."), N_("Both.")),
            1,
            N_(
                "The penalty keeps the networks from running through every point: the training "
                "error is higher than without it, the test error less than half."
            ),
        ),
        holds=lambda frame: (
            error(frame, "training") > 0.01 and error(frame, "test") < 3 * noise(frame)
        ),
        see=(("regularization", "One weight, two penalties"),),
    ),
    Step(
        N_("Stopping early"),
        N_(
            "Each network is checked on the validation points (diamonds). When their error has "
            "not fallen for {patience} steps, the network stops and returns to its best state."
        ),
        {"train": 16, "early_stopping": True, "patience": 200},
        "curve",
        levers=("early_stopping", "patience"),
        stop=1000,
        watch=N_("Test error"),
        question=Question(
            N_("How does the test error end?"),
            (
                N_("Nearly as low as with the penalty."),
                N_("As high as where it memorized."),
                N_("Exactly at its lowest value."),
            ),
            0,
            N_(
                "The validation points stand in for new points: where their error is lowest, the "
                "test error is low, too, though seldom at its very lowest."
            ),
        ),
        holds=lambda frame: (
            bool((frame.stopped_at >= 0).all()) and error(frame, "test") < 3 * noise(frame)
        ),
        see=(("cross-entropy", "Less loss, no more right"),),
    ),
    Step(
        N_("Is the noise memorized?"),
        N_("The same large networks and sixteen points, with noise {noise}."),
        {"noise": 0, "train": 16},
        "curve",
        levers=("noise", "train"),
        stop=1000,
        watch=N_("Gap"),
        question=Question(
            N_("Does the large network still overfit?"),
            (N_("Yes, as much as before."), N_("No, hardly."), N_("Yes, even more.")),
            1,
            N_(
                "Without noise, running through every point is nearly the true curve, and the gap "
                "is small. What was memorized before was the noise. Drag it up again, and the gap "
                "is back."
            ),
        ),
        holds=lambda frame: (
            error(frame, "test") - error(frame, "training") < 0.01 and frame.verdict != "overfits"
        ),
    ),
)
