"""The views of the `batchnorm` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("losses", N_("Losses and layers")),
    View("gradients", N_("Gradients")),
    View("sweep", N_("Where training fails")),
    View("unit", N_("One unit")),
    View("running", N_("Running statistics")),
    View("trials", N_("At test time")),
    View("convolution", N_("Convolution")),
    View("inputs", N_("Inputs")),
)
