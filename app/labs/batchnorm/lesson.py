"""The lesson of the `batchnorm` lab."""

import numpy as np
from numpy.typing import NDArray

from app.i18n import N_
from app.lab.lessons import Judged, Question, Sketch, Step, measured
from app.labs.batchnorm.frames import BatchnormFrame, SweepFrame


def typical(frame: BatchnormFrame, where: str) -> float:
    """The median loss of the networks with BatchNorm there."""
    return float(np.median(measured(frame, "losses", where)))


def steps_to(frame: BatchnormFrame, where: str) -> float:
    """The median of the steps until the chosen loss; infinite for not yet."""
    reached = measured(frame, "reached", where)
    return float(np.median(np.where(reached < 0, np.inf, reached)))


def saturated(frame: BatchnormFrame, where: str) -> NDArray[np.float32]:
    """The share of saturated values, layer by layer."""
    return measured(frame, "saturated", where)


def peakedness(frame: BatchnormFrame, row: str) -> float:
    """The kurtosis of the unit's values on the batch: 1 for two equal heaps of no width, 3 for a
    normal distribution.
    """
    values = measured(frame, "batch", row).astype(np.float64)
    return float(np.mean((values - values.mean()) ** 4) / values.var() ** 2)


def reach(frame: SweepFrame, where: str) -> NDArray[np.float64]:
    """The values of the setting with which most networks reach the loss."""
    reached = np.median(measured(frame, "reached", where) >= 0, axis=1) > 0.5
    values: NDArray[np.float64] = frame.values[reached]
    return values


def far_wider(frame: SweepFrame) -> bool:
    """At most three neighbors without BatchNorm, none at an end; with it a range more than ten
    times as wide.
    """
    without, with_it = reach(frame, "none"), reach(frame, "before")
    place = np.flatnonzero(np.isin(frame.values, without))
    return bool(
        1 <= len(place) == place[-1] - place[0] + 1 <= 3
        and place[0] > 0
        and place[-1] < len(frame.values) - 1
        and with_it.max() / with_it.min() > 10 * without.max() / without.min()
    )


def lags(frame: BatchnormFrame) -> bool:
    """The running variance stays far from the batches', and in evaluation mode the networks with
    BatchNorm are behind those without it.
    """
    apart = measured(frame, "statistics", "running variance") - measured(
        frame, "statistics", "variance"
    )
    return bool(
        np.abs(apart[1:]).mean() > 0.4 and typical(frame, "before") > typical(frame, "none")
    )


LESSON = (
    Step(
        N_("From x to x̂ to y"),
        N_(
            "The values of one unit on one batch. Subtract their mean and divide by their standard "
            "deviation: x̂. Then γ scales and β shifts: y. Drag both; switch to evaluation mode."
        ),
        {},
        "unit",
        levers=("batch_size", "activation"),
        stop=100,
        watch=N_("x̂"),
        question=Question(
            N_("Are the x̂ normally distributed?"),
            (
                N_("Yes: that is what normalization does."),
                N_("No: their mean is 0 and their variance 1, their shape is that of x."),
            ),
            1,
            N_(
                "Shifting and scaling change no shape: a unit with two peaks keeps two peaks. γ "
                "and β let the network choose another mean and scale, even undo the normalization. "
                "In evaluation mode the running mean is subtracted, not the batch’s."
            ),
        ),
        holds=lambda frame: (
            abs(float(measured(frame, "batch", "batch").mean())) < 1e-6
            and abs(float(measured(frame, "batch", "batch").var()) - 1) < 0.01
        ),
    ),
    Step(
        N_("The same start, the same batches"),
        N_(
            "Three times the same network, from the same weights, on the same batches: without "
            "BatchNorm, with it before the activation, with it after."
        ),
        {},
        "losses",
        levers=("target", "learning_rate", "init_scale"),
        stop=900,
        watch=N_("without BatchNorm"),
        question=Question(
            N_("Which reach the loss 0.1 sooner?"),
            (
                N_("Those with BatchNorm, several times sooner."),
                N_("The one without, a little."),
                N_("All at about the same step."),
            ),
            0,
            N_(
                "Before or after the activation: both reach the loss several times sooner. The "
                "spikes come mostly from evaluation mode: the running statistics lag behind."
            ),
        ),
        sketch=Sketch(
            N_("Draw the loss without BatchNorm over 900 steps."), "losses", (0, 900), (0.001, 1)
        ),
        holds=lambda frame: (
            steps_to(frame, "none") > 2.5 * steps_to(frame, "before")
            and steps_to(frame, "none") > 2.5 * steps_to(frame, "after")
        ),
    ),
    Step(
        N_("Where the numbers lie"),
        N_(
            "The initial weights are multiplied by {init_scale}. At 20, without BatchNorm, the "
            "input of tanh lies far out, where the curve is flat: most values are saturated, and "
            "hardly any gradient reaches the first layers."
        ),
        {"init_scale": 20.0},
        "losses",
        levers=("init_scale", "activation"),
        stop=300,
        watch=N_("before the activation"),
        question=Question(
            N_("Where must BatchNorm stand to help here?"),
            (
                N_("Before the activation."),
                N_("After the activation."),
                N_("Either place will do."),
            ),
            0,
            N_(
                "Before the activation it keeps the input of tanh in the steep middle, whatever "
                "the scale. After the activation it comes too late: the input of tanh is saturated "
                "as before, and these networks are the worst."
            ),
        ),
        holds=lambda frame: (
            bool((saturated(frame, "none")[1:] > 0.5).all())
            and bool((saturated(frame, "before") < 0.35).all())
            and typical(frame, "before") < 0.2 < typical(frame, "none") < typical(frame, "after")
        ),
    ),
    Step(
        N_("Small weights: the layers squeeze the points together"),
        N_("The initial weights are multiplied by {init_scale}; 0.2 is five times too small."),
        {"init_scale": 0.2},
        "losses",
        levers=("init_scale", "depth"),
        stop=300,
        watch=N_("without BatchNorm"),
        question=Question(
            N_("What happens to the histograms without BatchNorm, layer by layer?"),
            (
                N_("They grow wider."),
                N_("They become a narrow peak at zero."),
                N_("They stay as they are."),
            ),
            1,
            N_(
                "Each layer squeezes the points together more, until the last layer can no longer "
                "tell one point from another: the loss stays at 0.69, the value of random guessing."
            ),
        ),
        holds=lambda frame: (
            abs(typical(frame, "none") - np.log(2)) < 0.02 and typical(frame, "before") < 0.3
        ),
        see=(("mlp", "Depth and the gradient"),),
    ),
    Step(
        N_("Where training stops working"),
        N_(
            "Eight learning rates at once, each with and without BatchNorm, for 1000 steps. Press "
            "the button in the view. Then choose the scales of the initialization."
        ),
        {"sweep": True},
        "sweep",
        levers=("target",),
        watch=N_("Steps until the loss is reached"),
        question=Question(
            N_("With how many learning rates does a network reach the loss?"),
            (
                N_("Without BatchNorm with few, with it over a far wider range."),
                N_("With all of them, either way."),
                N_("With fewer where BatchNorm is."),
            ),
            0,
            N_(
                "Without BatchNorm at most three in the middle; with it a range more than ten "
                "times as wide, because the scale of a layer’s weights no longer changes what it "
                "puts out."
            ),
        ),
        holds=far_wider,
        judged=Judged({"mode": "sweep", "setting": "rate"}, 1000),
        see=(("mlp", "Depth and the gradient"),),
    ),
    Step(
        N_("Two points are no statistic"),
        N_("Batches of {batch_size}."),
        {"batch_size": 2},
        "losses",
        levers=("batch_size", "momentum"),
        stop=300,
        watch=N_("before the activation"),
        question=Question(
            N_("What does x̂ look like for a batch of two points?"),
            (
                N_("As for any other batch."),
                N_("Always +1 and −1."),
                N_("Always 0."),
            ),
            1,
            N_(
                "Of two values the larger becomes +1 and the smaller −1, however far apart they "
                "were: what a point looks like depends on its neighbor, and these networks learn "
                "worse than those without BatchNorm. With batches of one, x̂ is 0 for every point, "
                "and nothing about x can be learned."
            ),
        ),
        holds=lambda frame: (
            bool(np.abs(np.abs(measured(frame, "batch", "batch")) - 1).max() < 0.1)
            and typical(frame, "none") < min(typical(frame, "before"), typical(frame, "after"))
        ),
    ),
    Step(
        N_("Statistics that lag"),
        N_(
            "The running statistics take only m = {momentum} of each batch. In training mode all "
            "is as before."
        ),
        {"momentum": 0.01},
        "running",
        levers=("momentum",),
        stop=100,
        watch=N_("Variance of this unit"),
        question=Question(
            N_("The loss is measured in evaluation mode. What does it suffer from?"),
            (
                N_("Statistics that still remember the start."),
                N_("Nothing: the statistics are the batch’s."),
                N_("Noise of the batches."),
            ),
            0,
            N_(
                "After k steps (1 − m)ᵏ of the start is left: after 100 steps more than a third. "
                "The running variance began at 1 and follows the batch’s slowly; the networks "
                "without BatchNorm have no such statistics, and are ahead."
            ),
        ),
        holds=lags,
    ),
    Step(
        N_("Sigmoids, as in the paper"),
        N_("Ioffe and Szegedy (2015) showed it on sigmoids, here four layers of them."),
        {"activation": "sigmoid", "learning_rate": 0.3},
        "losses",
        levers=("activation", "learning_rate", "depth"),
        stop=600,
        watch=N_("without BatchNorm"),
        question=Question(
            N_("What does the network without BatchNorm learn within 600 steps?"),
            (
                N_("As much as the others, only later."),
                N_("Nothing: it stays at random guessing."),
                N_("More than the others."),
            ),
            1,
            N_(
                "A sigmoid’s slope is at most 1/4, and four of them leave next to no gradient for "
                "the first layer. With BatchNorm it learns within a few hundred steps."
            ),
        ),
        holds=lambda frame: typical(frame, "none") > 0.6 and typical(frame, "before") < 0.4,
    ),
    Step(
        N_("Two peaks stay two"),
        N_(
            "Two clouds of points, and a unit that tells them apart: its values x lie in two "
            "heaps. Look at the histograms over the three lines."
        ),
        {"data": "gaussians", "batch_size": 128, "layer": 1, "unit": 2},
        "unit",
        levers=("batch_size", "noise"),
        stop=20,
        watch=N_("x̂"),
        question=Question(
            N_("What does the histogram of x̂ look like?"),
            (
                N_("Like a bell: that is what “normalization” means."),
                N_("Like that of x, moved and stretched."),
                N_("Flat."),
            ),
            1,
            N_(
                "The same number is subtracted from all values, and all are divided by the same "
                "number. Mean and variance become 0 and 1; the two heaps stay. A standard normal "
                "distribution comes out only where x was normally distributed."
            ),
        ),
        holds=lambda frame: (
            peakedness(frame, "x") < 1.75  # two points: 1, uniform: 1.8, normal: 3
            and abs(peakedness(frame, "batch") - peakedness(frame, "x")) < 0.01
        ),
    ),
)
