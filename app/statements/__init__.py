"""What the lecture notes state, in our own words and their order, each with the state of a lab that
shows it; where it is often told wrong, what is true.

The page `/guide`, the boxes beside the lessons and the tests read the same data.
"""

from app.i18n import N_, LazyText
from app.statements.detection import DETECTION
from app.statements.fundamentals import FUNDAMENTALS
from app.statements.representation import REPRESENTATION
from app.statements.statement import Box, Statement, lab_of

TITLES: dict[int, LazyText] = {
    1: N_("Over- and underfitting"),
    2: N_("Pretraining and self-supervision"),
    3: N_("The multilayer perceptron"),
    4: N_("Batch normalization"),
    5: N_("L1 and L2 regularization"),
    6: N_("SimCLR"),
    7: N_("Cross-entropy"),
    8: N_("The region proposal network"),
    9: N_("Object detectors"),
    10: N_("Non-maximum suppression"),
}
STATEMENTS = tuple(
    sorted((*FUNDAMENTALS, *REPRESENTATION, *DETECTION), key=lambda statement: statement.number)
)


def boxes_of(slug: str) -> list[Box]:
    """What a lab's page sets right."""
    return [one.box for one in STATEMENTS if one.box and one.lab == slug]


__all__ = ["STATEMENTS", "TITLES", "Box", "Statement", "boxes_of", "lab_of"]
