"""The labs, in the order in which the home page shows them. Nothing else imports a lab."""

from typing import Any

from app.lab.contract import Lab
from app.labs import (
    batchnorm,
    contrastive,
    cross_entropy,
    detectors,
    fitting,
    mlp,
    nms,
    pretext,
    regularization,
    rpn,
)

LABS: tuple[Lab[Any], ...] = (
    fitting.LAB,
    mlp.LAB,
    batchnorm.LAB,
    regularization.LAB,
    cross_entropy.LAB,
    pretext.LAB,
    contrastive.LAB,
    rpn.LAB,
    detectors.LAB,
    nms.LAB,
)
BY_SLUG = {lab.slug: lab for lab in LABS}
