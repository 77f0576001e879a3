"""The views of the `batchnorm` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("unit", N_("One unit"), ("batch_size", "activation")),
    View(
        "losses",
        N_("Losses and layers"),
        ("learning_rate", "init_scale", "batch_size", "activation"),
    ),
    View("gradients", N_("Gradients"), ("activation", "init_scale", "depth")),
    View("sweep", N_("Where training fails"), ("target", "activation")),
    View("running", N_("Running statistics"), ("momentum", "batch_size")),
    View("trials", N_("At test time"), ("momentum", "batch_size")),
    View("convolution", N_("Convolution")),
    View("inputs", N_("Inputs")),
)
