"""The lesson of the `mlp` lab."""

from app.i18n import N_
from app.lab.contract import Step
from app.labs.mlp.config import XOR

LESSON = (
    Step(
        N_("One mistake at a time"),
        N_(
            "Rosenblatt’s perceptron. Press Step: a sample on the right side changes nothing; one "
            "on the wrong side is added to w, and the line turns towards it. A line separates "
            "these points, so the mistakes come to an end, below Novikoff’s bound."
        ),
        {"model": "perceptron", "data": "gaussians", "noise": 0.1, "speed": 1, "fps": 2},
    ),
    Step(
        N_("XOR: no line will do"),
        N_(
            "Four points, and no line has both classes on its sides. The perceptron turns its "
            "line back and forth until its weights are what they were before: it goes round in "
            "circles. Minsky and Papert showed in 1969 what that means."
        ),
        {"model": "perceptron", "data": "own", "points": XOR, "speed": 1, "fps": 10},
    ),
    Step(
        N_("A hidden layer"),
        N_(
            "Four hidden units. Look at their small maps: each one is a line of its own, and the "
            "output combines them. Tap a unit to see its map large."
        ),
        {"data": "xor", "layers": "4", "noise": 0.05},
    ),
    Step(
        N_("Without the bend"),
        N_(
            "The same layers with the identity as activation. Every map is again a plain slope: a "
            "linear map of a linear map is a linear map, whatever the number of layers."
        ),
        {"data": "xor", "layers": "4,4", "activation": "identity", "noise": 0.05},
    ),
    Step(
        N_("Depth and the gradient"),
        N_(
            "Six layers of sigmoids. Watch the line of gradient health: layer by layer towards the "
            "input the gradient shrinks, and the first layers hardly learn. Then choose ReLU with "
            "the He initialization, or BatchNorm before the activation."
        ),
        {
            "layers": "8,8,8,8,8,8",
            "activation": "sigmoid",
            "optimizer": "sgd",
            "learning_rate": 0.3,
        },
        "inside",
    ),
    Step(
        N_("A question"),
        N_(
            "The spiral, with a network that seems too small. Add units or layers until it winds "
            "with the data. How few units are enough, and what does the test accuracy say when you "
            "use many more?"
        ),
        {"data": "spiral", "layers": "4", "noise": 0.05},
    ),
)
