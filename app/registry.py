"""The labs, in the order in which the home page shows them. Nothing else imports a lab."""

from app.lab import Lab
from app.labs import batchnorm, cross_entropy, fitting, mlp, nms, regularization, rpn

LABS: tuple[Lab, ...] = (
    fitting.LAB,
    mlp.LAB,
    batchnorm.LAB,
    regularization.LAB,
    cross_entropy.LAB,
    rpn.LAB,
    nms.LAB,
)
BY_SLUG = {lab.slug: lab for lab in LABS}
