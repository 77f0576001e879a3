"""The lesson of the `batchnorm` lab."""

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("The same start, the same batches"),
        N_(
            "Three times the same network, from the same weights, on the same batches. Those with "
            "BatchNorm are below the chosen loss after a hundred steps or so; without it they "
            "need several hundred. Before or after the activation: both are far ahead. Their jags "
            "come mostly from eval mode: the running statistics are always a little late."
        ),
        {},
    ),
    Step(
        N_("Where the numbers lie"),
        N_(
            "Weights start ten times too large. Without BatchNorm what enters a tanh lies far out, "
            "where the curve is flat: most values are saturated, and little gradient "
            "comes back. Before the activation, BatchNorm keeps them in the steep middle, "
            "whatever the scale."
        ),
        {"init_scale": 10.0},
    ),
    Step(
        N_("Fading away"),
        N_(
            "Now a start five times too small. Without BatchNorm each layer squeezes the points "
            "together more, until all histograms are needles at zero: the last layer can no "
            "longer tell one point from another, and the loss stays at 0.69, the value of guessing."
        ),
        {"init_scale": 0.2},
    ),
    Step(
        N_("Where training stops working"),
        N_(
            "Eight learning rates at once, each with and without BatchNorm. Without it only a few "
            "in the middle reach the loss; with it, a range more than ten times as "
            "wide. Then choose the scales of the start."
        ),
        {"sweep": True},
        "sweep",
    ),
    Step(
        N_("Two points are no statistic"),
        N_(
            "Batches of two: of two values the larger becomes +1 and the smaller −1, "
            "however far apart they were. What a point looks like now depends on its neighbor, "
            "and the networks with BatchNorm learn worse than the one without. With batches of one "
            "every value becomes 0, and nothing can be learned at all."
        ),
        {"batch_size": 2},
    ),
    Step(
        N_("Statistics that lag"),
        N_(
            "The running statistics now take only a hundredth of each batch. In training mode "
            "all is as before; but the loss is measured in eval mode, with running "
            "statistics that still remember the start. Watch them creep after the batch’s."
        ),
        {"momentum": 0.01},
        "running",
    ),
    Step(
        N_("Sigmoids, as in the paper"),
        N_(
            "Ioffe and Szegedy showed it on sigmoids. Without BatchNorm four layers of them stay "
            "at the loss of guessing for a thousand steps; with it they learn within a few "
            "hundred."
        ),
        {"activation": "sigmoid", "learning_rate": 0.3},
    ),
)
