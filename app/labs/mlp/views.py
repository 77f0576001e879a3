"""The views of the `mlp` lab's stage."""

from app.i18n import N_
from app.lab.contract import View

VIEWS = (
    View("network", N_("Network and map"), ("activation", "data", "noise", "learning_rate")),
    View("training", N_("Training"), ("loss", "optimizer", "learning_rate", "batch_size")),
    View("inside", N_("Inside"), ("activation", "batchnorm", "init", "init_scale")),
)
