"""What the words of the `mlp` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(N_("unit"), N_("A weighted sum of its inputs plus a bias, bent by the activation.")),
    Word(N_("layer"), N_("Units side by side, all with the same inputs.")),
    Word(
        N_("feed-forward network"),
        N_(
            "Numbers go from the inputs through the layers to the outputs, never back. A "
            "multilayer perceptron is one; a convolutional network is another."
        ),
    ),
    Word(
        N_("hypothesis space"),
        N_(
            "All functions that a model can become. Of the perceptron: every sign of w · x + b, so "
            "every straight line with a side for each class."
        ),
    ),
    Word(
        N_("margin γ"),
        N_("How far the nearest sample stays from the line, in the space of (x₁, x₂, 1)."),
    ),
    Word(N_("epoch"), N_("Once through all training points.")),
    Word(N_("confusion table"), N_("How many points of each class were taken for which.")),
    Word(
        N_("vanishing gradient"),
        N_("Layer by layer towards the input the gradient becomes too small to learn from."),
    ),
)
