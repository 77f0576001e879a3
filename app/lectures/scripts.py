"""The lecture scripts that come with Vitrine: through the notes in 90 minutes and in 3 hours."""

from __future__ import annotations

from dataclasses import dataclass

from app.i18n import N_, LazyText

# What the presenter does and asks there, by lab and step of its lesson.
NOTES: dict[tuple[str, str], LazyText] = {
    ("fitting", "One network and its points"): N_(
        "Let it run, then drag one point far up. Ask: which of the two errors can a student who "
        "only has the training points measure?"
    ),
    ("fitting", "Memorizing"): N_(
        "Point at the gap between the two curves before you name it: overfitting is what the test "
        "points see."
    ),
    ("fitting", "Underfitting"): N_(
        "Both errors are high and close together. More data would not help here: ask why."
    ),
    ("fitting", "A penalty"): N_(
        "Drag λ slowly from 0 upwards and stop where the test error is least. Then go on: too much "
        "of it is underfitting again."
    ),
    ("fitting", "Stopping early"): N_(
        "Ask first when one should stop. The network goes back to its best state: least error on "
        "points it does not learn from, not on those it learns from."
    ),
    ("mlp", "One mistake at a time"): N_(
        "Step by hand. Each mistake turns the line towards the point; a right answer moves nothing."
    ),
    ("mlp", "XOR: no line will do"): N_(
        "Let someone try to place the line: three corners can be right, never all four."
    ),
    ("mlp", "A hidden layer"): N_(
        "Click the hidden units one by one: each is a line, softened. The last layer adds them up."
    ),
    ("mlp", "Depth and the gradient"): N_(
        "Read the gradient’s size from the last layer to the first. Multiply slopes of at most 1/4 "
        "on the board."
    ),
    ("batchnorm", "From x to x̂ to y"): N_(
        "One unit, one batch. Say what is subtracted and what divides; then drag γ and β and ask "
        "what changes in the shape: nothing."
    ),
    ("batchnorm", "The same start, the same batches"): N_(
        "Same weights, same batches: only the place of BatchNorm differs. Let the room draw the "
        "slow curve first."
    ),
    ("batchnorm", "Two points are no statistic"): N_(
        "Two different points become +1 and −1, whatever they were. What does a point then know of "
        "itself?"
    ),
    ("regularization", "One weight, two penalties"): N_(
        "One weight, so that everything is in the picture: the square pulls less the nearer it "
        "comes, the absolute value pulls the same all the way to zero."
    ),
    ("regularization", "Small, but not zero"): N_(
        "Count the weights that are exactly zero under L2: none. Then switch to L1 and count again."
    ),
    ("cross-entropy", "Rare says more"): N_(
        "Ask how many yes-or-no questions find D. Drag a bar and let them say what the information "
        "does."
    ),
    ("cross-entropy", "What a wrong distribution costs"): N_(
        "Move q away from p: the cross-entropy grows, the entropy stays. Their difference is the "
        "divergence, and it is never negative."
    ),
    ("cross-entropy", "Confident and wrong"): N_(
        "Ask before the run: which loss is kinder to a confident mistake, and is that good? Look "
        "at the slopes, not at the losses."
    ),
    ("pretext", "A label that nobody wrote"): N_(
        "Play two rounds together. Nobody labeled anything: the turn is the label."
    ),
    ("pretext", "Which pretraining for which question?"): N_(
        "Read the table down, not across. No column wins everywhere; say how large the spread is."
    ),
    ("contrastive", "Two views, two vectors"): N_(
        "Two crops of one picture, two arrows. Watch the angle close while the others open."
    ),
    ("contrastive", "One positive, all others negatives"): N_(
        "Choose a row and find its positive. Everything else in the row is a negative, also what "
        "looks the same to us."
    ),
    ("contrastive", "Temperature: how much the most similar negatives count"): N_(
        "Drag τ to 2 and back. Low: only the nearest negatives push. High: all push alike."
    ),
    ("contrastive", "MoCo: a queue of negatives"): N_(
        "Negatives without a large batch: a queue, and an encoder that changes slowly so that old "
        "keys still mean something."
    ),
    ("rpn", "Start from one place"): N_(
        "Nine boxes at one place, the same nine at every place. Nothing has been learned so far."
    ),
    ("rpn", "Too many boxes"): N_(
        "The best hundred lie in piles. Ask what one would do by hand: that is the next idea."
    ),
    ("rpn", "How anchors are labeled for training"): N_(
        "Move the two thresholds. Between them an anchor is told nothing: it does not count."
    ),
    ("detectors", "One picture, two detectors"): N_(
        "Open “What differs”. Ask which of the two they would put into a car, and what they would "
        "want to know first."
    ),
    ("detectors", "Are two stages always better?"): N_(
        "Say the sentence of the textbooks, then measure it here. Read the interval before you "
        "read the winner."
    ),
    ("nms", "Two cars side by side"): N_(
        "Raise the threshold until the second car comes back, and go on until the duplicates come "
        "back, too. There is no value that is right for every street."
    ),
}


@dataclass(frozen=True)
class Stop:
    """A step of a lab's lesson, and the minutes for it."""

    lab: str
    step: str
    minutes: float

    @property
    def note(self) -> LazyText:
        return NOTES[self.lab, self.step]


@dataclass(frozen=True)
class Script:
    title: LazyText
    stops: tuple[Stop, ...]


SCRIPTS = {
    "90-minutes": Script(
        N_("Deep learning in 90 minutes"),
        (
            Stop("fitting", "One network and its points", 6),
            Stop("fitting", "Memorizing", 6),
            Stop("fitting", "A penalty", 5),
            Stop("mlp", "XOR: no line will do", 5),
            Stop("mlp", "A hidden layer", 6),
            Stop("batchnorm", "From x to x̂ to y", 6),
            Stop("batchnorm", "The same start, the same batches", 5),
            Stop("regularization", "One weight, two penalties", 6),
            Stop("cross-entropy", "Rare says more", 6),
            Stop("cross-entropy", "Confident and wrong", 6),
            Stop("contrastive", "Two views, two vectors", 6),
            Stop("contrastive", "One positive, all others negatives", 7),
            Stop("rpn", "Start from one place", 6),
            Stop("rpn", "Too many boxes", 5),
            Stop("nms", "Two cars side by side", 5),
            Stop("detectors", "Are two stages always better?", 4),
        ),
    ),
    "3-hours": Script(
        N_("Deep learning in three hours"),
        (
            Stop("fitting", "One network and its points", 7),
            Stop("fitting", "Memorizing", 7),
            Stop("fitting", "Underfitting", 5),
            Stop("fitting", "A penalty", 6),
            Stop("fitting", "Stopping early", 6),
            Stop("mlp", "One mistake at a time", 6),
            Stop("mlp", "XOR: no line will do", 5),
            Stop("mlp", "A hidden layer", 8),
            Stop("mlp", "Depth and the gradient", 7),
            Stop("batchnorm", "From x to x̂ to y", 8),
            Stop("batchnorm", "The same start, the same batches", 7),
            Stop("batchnorm", "Two points are no statistic", 5),
            Stop("regularization", "One weight, two penalties", 8),
            Stop("regularization", "Small, but not zero", 5),
            Stop("cross-entropy", "Rare says more", 6),
            Stop("cross-entropy", "What a wrong distribution costs", 7),
            Stop("cross-entropy", "Confident and wrong", 6),
            Stop("pretext", "A label that nobody wrote", 8),
            Stop("pretext", "Which pretraining for which question?", 6),
            Stop("contrastive", "Two views, two vectors", 7),
            Stop("contrastive", "One positive, all others negatives", 8),
            Stop("contrastive", "Temperature: how much the most similar negatives count", 6),
            Stop("contrastive", "MoCo: a queue of negatives", 5),
            Stop("rpn", "Start from one place", 6),
            Stop("rpn", "Too many boxes", 5),
            Stop("rpn", "How anchors are labeled for training", 4),
            Stop("detectors", "One picture, two detectors", 5),
            Stop("detectors", "Are two stages always better?", 4),
            Stop("nms", "Two cars side by side", 7),
        ),
    ),
}
