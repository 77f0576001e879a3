"""The lesson of the `contrastive` page."""

import numpy as np

from app.i18n import N_
from app.lab.lessons import Judged, Question, Sketch, Step, measured
from app.labs.contrastive.frames import ContrastiveFrame, TrialsFrame


def now(frame: ContrastiveFrame, measure: str) -> float:
    """A measure of the last step's batch."""
    return float(measured(frame, "history", measure)[-1])


def share_of_nearest(frame: ContrastiveFrame, temperature: float) -> float:
    """The share of the most similar fifth of the negatives in the push on the first view."""
    of_first = np.delete(frame.similarities[0], [0, len(frame.similarities) // 2])
    push = np.exp(np.sort(of_first)[::-1].astype(np.float64) / temperature)
    return float(push[: len(push) // 5].sum() / push.sum())


def color_counts(frame: TrialsFrame) -> bool:
    """With the first seed, color jitter beside any other operation gives clearly more than that
    operation alone, and the best pair has it.
    """
    each = zip(frame.names, frame.accuracy[:, 0, 0], strict=True)
    found = {frozenset(name): h for name, h in each}
    others = [operation for operation in frame.operations if operation != "color"]
    gained = [found[frozenset({o, "color"})] - found[frozenset({o})] for o in others]
    with_color = max(h for pair, h in found.items() if "color" in pair)
    return bool(min(gained) > 0.03 and with_color == max(found.values()))


def any_is_better(frame: TrialsFrame) -> bool:
    """With each projector the mean on h is above the mean of the untrained encoders."""
    return bool((frame.accuracy[:, :, 0].mean(axis=1) > frame.baseline.mean()).all())


LESSON = (
    Step(
        N_("Two views, two vectors"),
        N_(
            "Two views of one picture go through the same encoder f and projector g. z₁ and z₂ are "
            "drawn as arrows, and the angle between them is measured."
        ),
        {"picture": 0, "speed": 5},
        "pair",
        levers=("temperature", "color", "rotation"),
        stop=100,
        watch=N_("same picture"),
        question=Question(
            N_("What does training do to the angle?"),
            (N_("It becomes smaller."), N_("It becomes larger."), N_("Nothing.")),
            0,
            N_(
                "The loss turns the two towards each other and away from other pictures’ vectors. "
                "Their similarity is the cosine of the angle: the dot product of the vectors "
                "divided by their lengths."
            ),
        ),
        holds=lambda frame: (
            now(frame, "positive") > float(measured(frame, "history", "positive")[0])
        ),
    ),
    Step(
        N_("Two views, neither the original"),
        N_(
            "From each picture two views are drawn: crop, turn, color jitter, blur. Press “Draw "
            "again” and find both outlines on the picture."
        ),
        {"picture": 0, "speed": 5},
        "pairs",
        levers=("crop", "color", "rotation"),
        stop=100,
        watch=N_("same picture"),
        question=Question(
            N_("What is the network told about a picture?"),
            (
                N_("Its class."),
                N_("Only which two views come from the same picture."),
                N_("How it was augmented."),
            ),
            1,
            N_(
                "Both views are changed, neither is the original, and no label is used. The "
                "network learns to ignore what T changes: it becomes invariant to it."
            ),
        ),
        holds=lambda frame: now(frame, "positive") > now(frame, "negative"),
    ),
    Step(
        N_("One positive, all others negatives"),
        N_(
            "Each row of the matrix is a view: one framed cell is its positive, all others but "
            "itself are negatives. Untrained, views of one picture are hardly more similar than "
            "views of different ones."
        ),
        {"row": 0, "column": -1, "speed": 5},
        "similarities",
        levers=("temperature", "batch_size"),
        stop=200,
        watch=N_("positive is nearest"),
        question=Question(
            N_("Are two pictures of the same shape a positive pair?"),
            (N_("Yes."), N_("No, they are negatives.")),
            1,
            N_(
                "The loss does not use the class. Positives are two views of one "
                "picture; everything else in the batch is pushed away, also what looks alike. "
                "After training the frames stay orange while the rest turns pale and blue."
            ),
        ),
        sketch=Sketch(N_("Draw the loss over 200 steps."), "losses", (0, 200), (0, 6)),
        holds=lambda frame: (
            now(frame, "positive") > 0.5 and now(frame, "positive") > now(frame, "negative") + 0.3
        ),
        see=(("cross-entropy", "What a wrong distribution costs"),),
    ),
    Step(
        N_("Temperature: how much the most similar negatives count"),
        N_(
            "τ = {temperature}. Drag it to 2 and back: it acts on the row at once, and on the "
            "training."
        ),
        {"temperature": 0.05, "row": 0, "column": -1},
        "similarities",
        levers=("temperature",),
        stop=100,
        watch=N_("loss"),
        question=Question(
            N_("At τ = 0.05, who is pushed away?"),
            (
                N_("All negatives alike."),
                N_("Nearly only the few most similar ones."),
                N_("The least similar ones."),
            ),
            1,
            N_(
                "The slope of the loss is a negative’s share of the softmax, over τ. At a low "
                "temperature nearly all of it falls on the most similar negatives; at 2 all share "
                "it alike."
            ),
        ),
        holds=lambda frame: share_of_nearest(frame, 0.05) > 0.5 > 2 * share_of_nearest(frame, 2),
    ),
    Step(
        N_("Is the representation any good?"),
        N_(
            "It trains until step 200. Then press “Measure now”: a linear classifier on the frozen "
            "h, with 1, 5, 10, 100 and all labels a class."
        ),
        {"speed": 20},
        "transfer",
        levers=("color", "gray", "projector"),
        stop=200,
        watch=N_("positive is nearest"),
        question=Question(
            N_("With few labels, which features find the class more often?"),
            (N_("Those of the trained encoder."), N_("Those of the untrained one.")),
            0,
            N_(
                "Without any label the encoder has learned what tells pictures apart. Then "
                "fine-tune from here, and train from scratch with the same labels: with few of "
                "them the better start shows."
            ),
        ),
        holds=lambda frame: now(frame, "positive") > now(frame, "negative") + 0.3,
        see=(("pretext", "Which pretraining for which question?"),),
    ),
    Step(
        N_("Take color away from T"),
        N_(
            "Without color jitter two views of a picture have the same colors. Measure at step "
            "200: what you measured in the step before stays on the chart."
        ),
        {"color": 0, "gray": 0, "speed": 20},
        "transfer",
        levers=("color", "gray"),
        stop=200,
        watch=N_("loss"),
        question=Question(
            N_("What does the loss do, and what is learned?"),
            (
                N_("It falls faster, and more is learned."),
                N_("It falls faster, and less is learned."),
                N_("It falls more slowly."),
            ),
            1,
            N_(
                "The colors alone give the positive away: a shortcut. The loss is low, and the "
                "shape is not learned. A pretext task must be hard in the right way."
            ),
        ),
        holds=lambda frame: now(frame, "hits") > 0.9,
        see=(("pretext", "A shortcut through the gap"),),
    ),
    Step(
        N_("MoCo: a queue of negatives"),
        N_(
            "The negatives now come from a queue of {queue} keys, the positive never. The key "
            "encoder follows the query encoder with momentum m = {momentum}. Set m to 0, then to "
            "0.999."
        ),
        {"method": "moco", "momentum": 0.99, "speed": 5},
        "queue",
        levers=("momentum", "queue", "temperature"),
        stop=100,
        watch=N_("loss"),
        question=Question(
            N_("While the queue fills, what does the loss do?"),
            (N_("It rises."), N_("It falls."), N_("It stays the same.")),
            0,
            N_(
                "Each step adds negatives, and against more of them the positive’s share is "
                "smaller. With m = 0 the keys in the queue come from many different encoders, and "
                "negatives stay similar to the query; at 0.999 the key encoder changes slowly and "
                "steadily."
            ),
        ),
        holds=lambda frame: (
            float(measured(frame, "history", "loss")[:12].max())
            > float(measured(frame, "history", "loss")[1])
        ),
    ),
    Step(
        N_("No negatives, and collapse"),
        N_(
            "SimSiam only pulls views together. Here its stop-gradient is switched off. Then "
            "switch it on again."
        ),
        {"method": "simsiam", "stop_gradient": False, "speed": 5},
        "negatives",
        levers=("stop_gradient", "learning_rate"),
        stop=150,
        watch=N_("different pictures"),
        question=Question(
            N_("What is the easiest way to make all views of a picture alike?"),
            (
                N_("To recognize the picture."),
                N_("To make all pictures one."),
                N_("To forget the colors."),
            ),
            1,
            N_(
                "The loss looks perfect, and every picture has the same vector: collapse. The "
                "similarity of different pictures goes to 1, the spread to 0. The stop-gradient "
                "prevents it here."
            ),
        ),
        holds=lambda frame: (
            now(frame, "spread") < 0.3 * float(measured(frame, "history", "spread")[0])
        ),
    ),
    Step(
        N_("Which augmentations?"),
        N_(
            "One short training for each pair of operations, three seeds each. (Chen et al. always "
            "crop, and transform one of the two views only; here both are transformed, and there "
            "is a crop only where it is asked for.)"
        ),
        {"mode": "composition", "speed": 1},
        "similarities",
        levers=("trial_steps", "batch_size"),
        watch=N_("Accuracy"),
        question=Question(
            N_(
                "Chen et al. found crop with color jitter best on photographs. And on these scenes?"
            ),
            (
                N_("Color jitter counts, with whatever else."),
                N_("Only crop with color jitter helps."),
                N_("Augmentation does not matter."),
            ),
            0,
            N_(
                "Without color jitter the colors alone give the positive away, so what counts here "
                "is color jitter. Is crop with it better than it alone? Compare the two cells and "
                "their spread: with three seeds only clear differences can be believed."
            ),
        ),
        holds=color_counts,
        judged=Judged({}, 21),  # each pair once; two more seeds follow
    ),
    Step(
        N_("Which projector?"),
        N_(
            "Nine short trainings: without a projector, with a linear one, with a hidden layer; "
            "three seeds each."
        ),
        {"mode": "projector", "speed": 1},
        "similarities",
        levers=("trial_steps", "batch_size"),
        watch=N_("classifier on h"),
        question=Question(
            N_("Which of the differences on h would you believe?"),
            (
                N_("All: the means differ."),
                N_("Only those clearly larger than the spread over the seeds."),
                N_("None: three seeds are too few for anything."),
            ),
            1,
            N_(
                "Chen et al. found any projector better than none, and a hidden layer best, after "
                "hundreds of epochs. After so few steps believe only what is larger than about "
                "twice the spread."
            ),
        ),
        holds=any_is_better,
        judged=Judged({}, 9),
    ),
)
