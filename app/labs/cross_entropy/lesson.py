"""The lesson of the `cross-entropy` lab."""

from typing import Any

import numpy as np

from app.i18n import N_
from app.lab.lessons import Question, Sketch, Step, measured
from app.labs.cross_entropy.frames import CrossEntropyFrame


def bits(state: dict[str, Any]) -> tuple[float, float]:
    """Entropy H(p) and cross-entropy H(p, q) of a state, in bits."""
    p, q = (np.array([float(x) for x in str(state[name]).split(",")]) for name in "pq")
    with np.errstate(divide="ignore", invalid="ignore"):
        own, cross = (np.where(p > 0, -p * np.log2(of), 0) for of in (p, q))
    return float(own.sum()), float(cross.sum())


def accuracy(frame: CrossEntropyFrame, loss: str) -> float:
    """The median test accuracy of the networks that learned with this loss."""
    return float(np.median(measured(frame, "scores", loss, "accuracy")))


def nats(frame: CrossEntropyFrame, loss: str) -> float:
    """What their test digits cost in nats, the median of the networks."""
    return float(np.median(measured(frame, "scores", loss, "nats")))


LESSON = (
    Step(
        N_("Rare says more"),
        N_(
            "Each outcome carries −log P of information: in bits, one for every halving. Here A "
            "has 1/2, B 1/4, C and D 1/8 each. Drag a bar and watch its point slide along the "
            "curve."
        ),
        {"p": "0.5,0.25,0.125,0.125", "q": "0.25,0.25,0.25,0.25", "unit": "bits", "chosen": 3},
        "information",
        watch=N_("Information of one outcome"),
        question=Question(
            N_("A carries 1 bit. How much does D carry?"),
            (N_("4 bits: it is 4 times as rare."), N_("3 bits."), N_("1/8 bit.")),
            1,
            N_(
                "1/8 is three halvings: 3 bits. Information is not proportional to 1/P, only "
                "falling in P. Weighted by how often they happen, 1/2 · 1 + 1/4 · 2 + 2 · 1/8 · 3 "
                "is an entropy of 1.75 bits."
            ),
        ),
        holds=lambda state: bits(state)[0] == 1.75,
    ),
    Step(
        N_("Why a logarithm"),
        N_(
            "Two coins: P(A) = 1/2, and B falls heads with 1/2 whatever A does. Then set P(B | A) "
            "to 1 and P(B | ¬A) to 0: B repeats A."
        ),
        {"event": 0.5, "given": 0.5, "otherwise": 0.5, "unit": "bits"},
        "events",
        watch=N_("I(A) + I(B)"),
        question=Question(
            N_("Each coin carries 1 bit. How much do both carry when B always repeats A?"),
            (N_("2 bits."), N_("1 bit."), N_("0 bits.")),
            1,
            N_(
                "Only of independent events the probabilities multiply, 1/2 · 1/2 = 1/4, and then "
                "the informations add: 2 bits. That is what the logarithm is taken for. A coin "
                "that repeats the other tells nothing new."
            ),
        ),
        holds=lambda state: (
            -np.log2(float(state["event"]) * float(state["given"])) == 2
            and -np.log2(float(state["event"])) == 1
        ),
    ),
    Step(
        N_("Most and least"),
        N_("All four outcomes are equally likely. Drag one bar to the top, then back."),
        {"p": "0.25,0.25,0.25,0.25", "q": "0.25,0.25,0.25,0.25", "unit": "bits"},
        "distributions",
        watch=N_("H(p)"),
        question=Question(
            N_("Can another distribution over four outcomes have more than 2 bits?"),
            (N_("Yes."), N_("No.")),
            1,
            N_(
                "The uniform distribution has the most entropy, log₂ 4 = 2 bits. With one bar at "
                "the top the outcome is certain, and H(p) is 0."
            ),
        ),
        holds=lambda state: bits(state)[0] == 2,
    ),
    Step(
        N_("What a wrong distribution costs"),
        N_(
            "q calls C impossible, but C happens one time in eight. Lift C in q a little; then "
            "swap p and q."
        ),
        {"p": "0.5,0.25,0.125,0.125", "q": "0.5,0.25,0,0.25", "unit": "bits", "chosen": 2},
        "distributions",
        watch=N_("H(p, q)"),
        question=Question(
            N_("How large is the cross-entropy H(p, q)?"),
            (N_("0"), N_("A little above H(p)."), N_("Infinite.")),
            2,
            N_(
                "−log 0 is infinite, and it happens one time in eight. With a little for C it is "
                "finite again. Swapped, KL is another number: it is no distance. And even at its "
                "best, q = p, the cross-entropy is H(p), not 0: what measures the difference is KL."
            ),
        ),
        holds=lambda state: bits(state)[1] == np.inf,
        see=(("contrastive", "One positive, all others negatives"),),
    ),
    Step(
        N_("Softmax forgets a shift"),
        N_(
            "800 is added to every logit: once to a softmax written plainly, once to one that "
            "first subtracts the largest logit."
        ),
        {"z": "2,1,0.5,-1", "t": 1.0, "shift": 800, "smoothing": 0.0, "target": 1},
        "softmax",
        watch=N_("softmax"),
        question=Question(
            N_("What does the shift do to the probabilities?"),
            (
                N_("Nothing, in either."),
                N_("Nothing in the safe one; the plain one is no number."),
                N_("The largest becomes 1."),
            ),
            1,
            N_(
                "e to the 800 is beyond what a computer keeps; subtracting the largest logit "
                "changes no probability and keeps it in range. The gradient is q − y, and always "
                "sums to 0."
            ),
        ),
        holds=lambda state: float(state["shift"]) > np.log(np.finfo(np.float64).max),
        see=(("contrastive", "Temperature: how much the most similar negatives count"),),
    ),
    Step(
        N_("Confident and wrong"),
        N_(
            "The last layer starts {start_scale} times as large, so at the start the networks are "
            "confident of random answers. The same networks learn with either loss."
        ),
        {"start_scale": 10, "logit": -6.0, "speed": 5},
        "digits",
        levers=("start_scale", "learning_rate"),
        stop=200,
        watch=N_("accuracy, cross-entropy"),
        question=Question(
            N_("After 200 steps, which loss recognizes more digits?"),
            (N_("Cross-entropy, by far."), N_("Squared error, by far."), N_("Both alike.")),
            0,
            N_(
                "Cross-entropy’s slope is q − y: large where the answer is confident and wrong. "
                "That of squared error is multiplied by q (1 − q), nearly 0 where q is nearly 0 or "
                "1: fewer than half of its digits are right."
            ),
        ),
        sketch=Sketch(
            N_("Draw the accuracy with cross-entropy over 200 steps."),
            "accuracies",
            (0, 200),
            (0, 1),
        ),
        holds=lambda frame: (
            accuracy(frame, "cross-entropy") > 0.8 and accuracy(frame, "brier") < 0.5
        ),
    ),
    Step(
        N_("An ordinary initialization"),
        N_(
            "From an ordinary start, {start_scale}, both losses work. Look at the ten worst "
            "digits: would you have read them?"
        ),
        {"start_scale": 1, "speed": 5},
        "worst",
        levers=("start_scale", "learning_rate"),
        stop=200,
        watch=N_("calibration error"),
        question=Question(
            N_("Whose confidence is closer to how often it is right?"),
            (N_("That of cross-entropy."), N_("That of squared error.")),
            0,
            N_(
                "After 200 steps both recognize more than nine digits in ten, cross-entropy is "
                "ahead, and its calibration error is smaller. Trained much longer, either may "
                "become overconfident."
            ),
        ),
        holds=lambda frame: (
            accuracy(frame, "cross-entropy") > accuracy(frame, "brier") > 0.9
            and frame.calibration[0] < frame.calibration[1]
        ),
    ),
    Step(
        N_("Less loss, no more right"),
        N_(
            "The last layer starts at {start_scale}: all classes alike. Both losses learn for 800 "
            "steps. Compare the charts: how many digits are right, and what a digit costs in nats."
        ),
        {"start_scale": 0, "speed": 5},
        "digits",
        levers=("start_scale", "learning_rate"),
        stop=800,
        watch=N_("accuracy, cross-entropy"),
        question=Question(
            N_(
                "The networks that learn with cross-entropy end with fewer nats a digit. Are more "
                "of their digits right, too?"
            ),
            (
                N_("Yes: less loss means more right."),
                N_("Hardly: a few more or a few fewer, as the seed has it."),
            ),
            1,
            N_(
                "Right and wrong depend on which class is first, the loss on how probable the true "
                "one was. Here the loss is lower because the probabilities are honest: confidence "
                "is close to how often it is right, and both read nearly the same digits."
            ),
        ),
        holds=lambda frame: (
            nats(frame, "cross-entropy") < 0.9 * nats(frame, "brier")
            and abs(accuracy(frame, "cross-entropy") - accuracy(frame, "brier")) < 0.005
            and frame.calibration[0] < frame.calibration[1] / 2
        ),
        see=(("fitting", "Stopping early"),),
    ),
)
