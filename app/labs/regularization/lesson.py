"""The lesson of the `regularization` lab."""

from typing import Any

import numpy as np

from app.i18n import N_
from app.lab.lessons import Question, Sketch, Step
from app.labs.regularization.frames import RegularizationFrame


def last_alive(frame: RegularizationFrame, useful: bool) -> int:
    """The index of the greatest λ at which one of the useful, or useless, features is in use."""
    used = (frame.used != 0)[:, (frame.truth != 0) == useful]
    alive = used.any(axis=1)
    return int(len(alive) - 1 - alive[::-1].argmax()) if alive.any() else -1


def kept(frame: RegularizationFrame) -> tuple[int, int]:
    """How many useful and useless features are in use at the chosen λ."""
    used = frame.used[frame.at] != 0
    return int(used[frame.truth != 0].sum()), int(used[frame.truth == 0].sum())


def shrunk(state: dict[str, Any], penalty: str) -> float:
    """One weight after 50 steps of nothing but its penalty."""
    weight, pull = float(state["start"]), float(state["pull"])
    for _ in range(50):
        weight = max(weight - pull, 0) if penalty == "l1" else weight * (1 - 2 * pull)
    return weight


LESSON = (
    Step(
        N_("One weight, two penalties"),
        N_(
            "Two weights start at 1 and feel only the penalty: one under L1, one under L2. Drag "
            "the strength of the pull under the chart."
        ),
        {"pull": 0.07, "start": 1.0},
        "one",
        watch=N_("L1, soft threshold"),
        question=Question(
            N_("Which of them arrives at zero?"),
            (N_("That under L1."), N_("That under L2."), N_("Both.")),
            0,
            N_(
                "L1 subtracts the same amount in every step and stops at zero. L2 subtracts a "
                "share of what is left, 2ηλθ, so its steps shrink and it never arrives."
            ),
        ),
        holds=lambda state: shrunk(state, "l1") == 0 < shrunk(state, "l2"),
    ),
    Step(
        N_("From least squares"),
        N_(
            "Sixteen features, but only four made the target. Least squares (step 0) finds a use "
            "for all sixteen: it fits the noise. Now the L1 penalty pulls at every λ at once; "
            "λ = {lam} is shown closely."
        ),
        {},
        "paths",
        levers=("lam", "noise"),
        stop=300,
        watch=N_("Test error"),
        question=Question(
            N_("As λ grows, which features reach zero first?"),
            (
                N_("The useless ones (dashed)."),
                N_("The useful ones."),
                N_("All at the same λ."),
            ),
            0,
            N_(
                "A useless feature explains only noise, so a small pull is enough to bring its "
                "weight to exactly zero. What is left at the chosen λ predicts new points better "
                "than least squares."
            ),
        ),
        holds=lambda frame: (
            last_alive(frame, useful=False) < last_alive(frame, useful=True)
            and frame.test[frame.at] < frame.start_test
        ),
    ),
    Step(
        N_("Small, but not zero"),
        N_("The same points under an L2 penalty, λ = {lam}."),
        {"penalty": "l2"},
        "paths",
        levers=("lam", "noise"),
        stop=300,
        watch=N_("Exactly zero"),
        question=Question(
            N_("How many weights are exactly zero?"),
            (N_("The twelve useless ones."), N_("A few."), N_("None.")),
            2,
            N_(
                "At 0 the L2 penalty has no slope, so even a tiny gradient of the data moves the "
                "weight away from 0. The larger λ, the smaller the weights together; none "
                "disappears."
            ),
        ),
        holds=lambda frame: (
            bool((frame.zeros == 0).all())
            and bool((np.diff(np.square(frame.paths).sum(axis=1)) < 0).all())
        ),
        see=(("fitting", "A penalty"),),
    ),
    Step(
        N_("Sub-gradient: not exactly zero"),
        N_(
            "L1 again, but by its plain sub-gradient: sign(θ) pulls as hard next to zero as far "
            "away. The step size is {rate} of the usual safe one. Then switch to the proximal step."
        ),
        {"method": "subgradient"},
        "paths",
        levers=("method", "rate", "lam"),
        stop=300,
        watch=N_("Exactly zero"),
        question=Question(
            N_("L1 makes weights exactly zero, it is said. And here?"),
            (N_("As many as before."), N_("None: they tremble around zero."), N_("All of them.")),
            1,
            N_(
                "A step leaps over zero, and the next one back; the greater λ, the wider. The soft "
                "threshold of the proximal step sets a weight to zero that would be leapt over."
            ),
        ),
        holds=lambda frame: bool((frame.paths != 0).all()),
    ),
    Step(
        N_("Correlated features"),
        N_("Now the features resemble each other: correlation {correlation}. L1 at the chosen λ."),
        {"correlation": 0.9, "method": "accelerated", "rate": 1.0},
        "paths",
        levers=("correlation", "lam"),
        stop=600,
        watch=N_("Exactly zero"),
        question=Question(
            N_("Does L1 keep all four useful features?"),
            (N_("Yes."), N_("No, it keeps some of them and drops others.")),
            1,
            N_(
                "Where features tell nearly the same, L1 keeps some and drops others that are "
                "correlated with them. L2 drops none and shares the weight among all; the elastic "
                "net lies between. Choose each of them at the top and count the zeros."
            ),
        ),
        holds=lambda frame: 0 < kept(frame)[0] < 4,
    ),
    Step(
        N_("A polynomial, tamed"),
        N_(
            "Degree 16 through 30 noisy points of a sine, trained for forty values of λ at once. "
            "Move λ = {lam}; the curve itself is in the view “Weights”."
        ),
        {"model": "polynomial", "method": "accelerated", "rate": 1.0, "noise": 0.3, "lam": 1.0},
        "errors",
        levers=("lam", "noise"),
        stop=400,
        watch=N_("Test error"),
        question=Question(
            N_("At the smallest λ, how is the test error against that of the best λ?"),
            (N_("About the same."), N_("Several times as high."), N_("Lower.")),
            1,
            N_(
                "With next to no penalty the curve chases single points. Cross-validation finds a "
                "λ without looking at the test points, and it is a good one."
            ),
        ),
        sketch=Sketch(N_("Draw the test error over λ."), "errors", (0.01, 750), (0.05, 5)),
        holds=lambda frame: frame.best is not None and frame.test[0] > 3 * frame.test[frame.best],
        see=(("fitting", "A penalty"),),
    ),
    Step(
        N_("Inputs that a network ignores"),
        N_(
            "A multilayer perceptron on the first table: sixteen inputs, four of them useful. Its "
            "weights start at random, and L1 pulls at all of them, λ = {lam}."
        ),
        {"model": "mlp", "method": "accelerated", "lam": 5.62, "speed": 5},
        "paths",
        levers=("lam", "hidden"),
        stop=500,
        watch=N_("Test error"),
        question=Question(
            N_("Does the network notice which inputs are useless?"),
            (
                N_("Yes: it cuts most of them off."),
                N_("No: it needs them all."),
                N_("It cuts off the useful ones, too."),
            ),
            0,
            N_(
                "All weights of most useless inputs become exactly zero, and the test error is "
                "clearly below that of the smallest λ."
            ),
        ),
        holds=lambda frame: (
            kept(frame)[0] == 4
            and kept(frame)[1] < 8
            and frame.test[frame.at] < 0.85 * frame.test[0]
        ),
    ),
)
