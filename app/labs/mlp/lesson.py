"""The lesson of the `mlp` lab."""

from app.i18n import N_
from app.lab.lessons import Question, Sketch, Step, measured
from app.labs.mlp.config import XOR
from app.labs.mlp.frames import MlpFrame


def now(frame: MlpFrame, measure: str) -> float:
    """A measure after the last step, the median of the networks."""
    return float(measured(frame, "history", measure)[-1])


LESSON = (
    Step(
        N_("One mistake at a time"),
        N_(
            "Rosenblatt’s perceptron looks at one sample after another. A sample on the right side "
            "changes nothing; for one on the wrong side y x is added to w (x itself for class +1, "
            "−x for class −1), and the line moves so that the sample comes closer to its own side. "
            "The learning rate η = {eta} scales that step."
        ),
        {"model": "perceptron", "data": "gaussians", "noise": 0.1, "speed": 1, "fps": 2},
        levers=("eta", "noise"),
        stop=300,
        watch=N_("Mistakes"),
        question=Question(
            N_("A line separates these points. Do the mistakes come to an end?"),
            (
                N_("Yes, after a number that is bounded beforehand."),
                N_("Yes, but nobody can say when."),
                N_("No, some are made again and again."),
            ),
            0,
            N_(
                "Novikoff (1962): at most (R/γ)² mistakes, where R is the longest (x₁, x₂, 1) and "
                "γ the margin of the best line in that space. Mostly it takes far fewer."
            ),
        ),
        holds=lambda frame: frame.bound is not None and frame.mistakes <= frame.bound,
    ),
    Step(
        N_("XOR: no line will do"),
        N_(
            "No straight line separates the two classes of these four points. The perceptron "
            "keeps turning its line."
        ),
        {"model": "perceptron", "data": "own", "points": XOR, "speed": 1, "fps": 10},
        levers=("eta",),
        stop=200,
        watch=N_("Mistakes"),
        question=Question(
            N_("What becomes of its weights?"),
            (
                N_("They grow without end."),
                N_("They come back to what they were, again and again."),
                N_("They come to rest halfway."),
            ),
            1,
            N_(
                "After some mistakes the weights are what they were before: it goes round in "
                "circles. Minsky and Papert pointed out in 1969 that a single layer cannot "
                "represent such functions."
            ),
        ),
        holds=lambda frame: frame.bound is None and bool(frame.cycle),
    ),
    Step(
        N_("A hidden layer"),
        N_(
            "Two layers of four tanh units on the same kind of data. Each small map is one unit’s "
            "response: in the first layer each bends along a line of its own, and what follows "
            "combines them. Tap a unit to see its map large."
        ),
        {"data": "xor", "layers": "4,4", "noise": 0.05},
        levers=("activation", "noise", "learning_rate"),
        stop=600,
        watch=N_("Test accuracy"),
        question=Question(
            N_("How much of XOR does it get right on new points?"),
            (N_("About half."), N_("About three quarters."), N_("Nearly all.")),
            2,
            N_(
                "The first layer moves the points so that the next one can separate them by a "
                "line: one layer more, and XOR is possible."
            ),
        ),
        sketch=Sketch(N_("Draw the training loss over 600 steps."), "losses", (0, 600), (0, 0.8)),
        holds=lambda frame: now(frame, "test accuracy") > 0.9,
        see=(("fitting", "One network and its points"),),
    ),
    Step(
        N_("Without the bend"),
        N_("The same layers, but with the identity as activation: no unit bends anything."),
        {"data": "xor", "layers": "4,4", "activation": "identity", "noise": 0.05},
        levers=("activation", "noise"),
        stop=600,
        watch=N_("Test accuracy"),
        question=Question(
            N_("What can these layers represent?"),
            (
                N_("As much as before, more slowly."),
                N_("Only what one line can."),
                N_("More with each layer."),
            ),
            1,
            N_(
                "Every map is again a plain slope: a composition of linear maps is linear (with "
                "biases: affine), whatever the number of layers. It is the bend that makes depth "
                "worth something."
            ),
        ),
        holds=lambda frame: now(frame, "test accuracy") < 0.75,
    ),
    Step(
        N_("Depth and the gradient"),
        N_(
            "Six layers of sigmoids, plain gradient descent. Read the sentence under “Last "
            "gradient, layer by layer”. Then choose ReLU with the He initialization, or BatchNorm "
            "before the activation."
        ),
        {
            "layers": "8,8,8,8,8,8",
            "activation": "sigmoid",
            "optimizer": "sgd",
            "learning_rate": 0.3,
        },
        "inside",
        levers=("activation", "batchnorm", "init"),
        stop=300,
        watch=N_("Training accuracy"),
        question=Question(
            N_("Which layers get the smallest gradient?"),
            (N_("Those at the output."), N_("Those in the middle."), N_("Those at the input.")),
            2,
            N_(
                "A sigmoid’s slope is at most 1/4, and the gradient is multiplied by one slope "
                "after another on its way back: layer by layer it shrinks, and the first layers "
                "hardly learn."
            ),
        ),
        holds=lambda frame: frame.health == "vanishing" and now(frame, "training accuracy") < 0.6,
        see=(("batchnorm", "Where the numbers lie"), ("batchnorm", "Sigmoids, as in the paper")),
    ),
    Step(
        N_("How few units for a spiral?"),
        N_(
            "The spiral, with one hidden layer of four units. Add units or layers in the network "
            "until the map winds with the data, and watch the test accuracy."
        ),
        {"data": "spiral", "layers": "4", "noise": 0.05},
        levers=("activation", "learning_rate", "noise"),
        stop=1000,
        watch=N_("Test accuracy"),
        question=Question(
            N_("Are four units enough?"),
            (N_("Yes."), N_("No.")),
            1,
            N_(
                "Four bends cannot wind with the spiral. With two layers of eight it usually "
                "works within a few thousand steps; with many more units it works sooner, and the "
                "test accuracy tells whether they have only memorized."
            ),
        ),
        holds=lambda frame: now(frame, "test accuracy") < 0.9,
    ),
)
