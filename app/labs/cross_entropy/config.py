"""What a learner may set in the `cross-entropy` lab."""

from typing import Literal

from app.i18n import N_
from app.lab import fields
from app.lab.controls import LabConfig, Look, control, page_state

NETWORK, TRAINING = N_("Networks"), N_("Training")


class CrossEntropyConfig(LabConfig):
    """What the visitor may set of the two trainings on the `cross-entropy` page."""

    start_scale: float = control(
        1.0,
        N_("Initialization scale of the last layer"),
        N_(
            "At 1 the initial probabilities of the classes are similar; at 20 the network is "
            "confident from the start, and mostly wrong."
        ),
        Look(NETWORK, usual=(0.5, 2)),
        ge=0,
        le=40,
    )
    hidden: int = control(
        32, N_("Hidden units"), N_("Hidden units per network, with tanh."),
        Look(NETWORK, usual=(16, 64)),
        ge=1, le=128,
    )  # fmt: skip
    starts: int = control(
        4,
        N_("Starts"),
        N_(
            "From each initialization one network learns with each loss. Bands show 10% to 90% "
            "of them."
        ),
        Look(NETWORK),
        ge=1,
        le=16,
    )
    learning_rate: float = fields.learning_rate(
        TRAINING,
        0.5,
        (0.001, 10),
        (0.1, 1),
        N_("How far a step goes against the gradient, with both losses."),
    )
    batch_size: int = fields.batch_size(
        TRAINING, 64, 1000, (16, 128), N_("Digits in one step, the same for both.")
    )
    seed: int = fields.seed(
        TRAINING,
        N_("Draws the initializations, the order of the digits, and which are for testing."),
    )

    # The page's own state.
    p: str = page_state("0.5,0.25,0.125,0.125", max_length=200)
    q: str = page_state("0.25,0.25,0.25,0.25", max_length=200)
    unit: Literal["bits", "nats"] = page_state("bits")
    chosen: int = page_state(0, 0, 9)  # outcome
    z: str = page_state("2,1,0.5,-1", max_length=200)  # logits
    t: float = page_state(1.0, 0.1, 10, step=0.05, scale="log")  # temperature
    shift: float = page_state(0.0, -1000, 1000, step=10)  # added to every logit
    smoothing: float = page_state(0.0, 0, 0.5, step=0.01)  # of the label
    target: int = page_state(1, 0, 9)  # the right class
    logit: float = page_state(-6.0, -10, 10, step=0.1)  # of the right class, under two losses
    event: float = page_state(0.5, 0.05, 0.95, step=0.05)  # P(A)
    given: float = page_state(0.5, 0, 1, step=0.05)  # P(B | A)
    otherwise: float = page_state(0.5, 0, 1, step=0.05)  # P(B | not A)
    look: Literal["cross-entropy", "squared"] = page_state("cross-entropy")  # whose worst digits
