"""The lesson of the `pretext` page."""

import numpy as np

from app.i18n import N_
from app.lab.lessons import Question, Sketch, Step, measured
from app.labs.pretext.frames import PretextFrame


def newest(frame: PretextFrame, measure: str) -> float:
    """The mean of a measure's last three measurements, which are ten steps apart."""
    return float(np.nanmean(measured(frame, "history", measure)[-3:]))


def part_ways(frame: PretextFrame) -> bool:
    """Nearly all of the pretext accuracy is there at the first measurement of the features after
    the start, and what a linear classifier finds in them still grows.
    """
    accuracy, probes = measured(frame, "history", "accuracy"), measured(frame, "probes", "many")
    early = np.nanmean(accuracy[frame.steps <= frame.probe_steps[1]][-3:])
    found = (early - 0.25) / (newest(frame, "accuracy") - 0.25)  # of the way from chance
    return bool(found > 0.8 and probes[1] < probes[2:].max())


def easy_and_idle(frame: PretextFrame) -> bool:
    """The task is solved more than twice as often as by guessing one of the eight places, and a
    linear classifier finds the class hardly more often than before the training.
    """
    probes = measured(frame, "probes", "many")
    return bool(newest(frame, "accuracy") > 2 / 8 and probes[-1] < probes[0] + 0.03)


def reverses_are_one(_: object) -> bool:
    """Half of the 24 orders are classes: of an order and its reverse, one."""
    from models.representation.pretext import ORDERS, TASKS

    told = {tuple(order) for order in ORDERS}
    return TASKS["sort"].classes == len(told) == 12 and not any(o[::-1] in told for o in told)


LESSON = (
    Step(
        N_("A label that nobody wrote"),
        N_(
            "Each picture was turned by 0, 90, 180 or 270 degrees, drawn at random: the draw is "
            "the label. Play the eight rounds yourself; your score stays as a line on the chart of "
            "the next step."
        ),
        {"task": "rotation", "data": "objects", "speed": 5},
        "puzzle",
        levers=("task", "data"),
        watch=N_("You against the network"),
        question=Question(
            N_("Which pictures can nobody decide?"),
            (
                N_("Those that look the same after a turn."),
                N_("Small ones."),
                N_("None: the network can always tell."),
            ),
            0,
            N_(
                "A disc turned is a disc. Where the label is not in the picture, guessing is the "
                "best that can be done, and the ceiling is below 100 %."
            ),
        ),
    ),
    Step(
        N_("Turn what has no upright"),
        N_("These shapes stand at any angle, so every turn of one is as frequent as every other."),
        {"task": "rotation", "data": "scenes", "speed": 20},
        "learning",
        levers=("task", "data"),
        stop=60,
        watch=N_("loss"),
        question=Question(
            N_("What accuracy can a network reach?"),
            (N_("Nearly 100 % with time."), N_("About one half."), N_("One quarter.")),
            2,
            N_(
                "The answer is not in the picture: the loss stays near log 4 = 1.386 and the "
                "accuracy at 1/4, and nothing useful is learned. A pretext task needs data that "
                "know the answer."
            ),
        ),
        holds=lambda frame: newest(frame, "loss") > 1.3,
    ),
    Step(
        N_("Two accuracies part ways"),
        N_(
            "One curve tells how well the pretext task is solved, the other what a linear "
            "classifier finds of the class in the features, which were never told a class."
        ),
        {"task": "rotation", "data": "objects", "speed": 20},
        "learning",
        levers=("task", "learning_rate"),
        stop=1000,
        watch=N_("loss"),
        question=Question(
            N_("When the pretext accuracy stands still, is the encoder as useful as it gets?"),
            (N_("Yes, both measure the same."), N_("Not necessarily: they are two things.")),
            1,
            N_(
                "What solves the task need not be what tells classes apart. When to stop cannot be "
                "told from the pretext accuracy alone: it takes a downstream question."
            ),
        ),
        sketch=Sketch(N_("Draw the loss over 1000 steps."), "losses", (0, 1000), (0, 2)),
        holds=part_ways,
    ),
    Step(
        N_("A shortcut through the gap"),
        N_(
            "Here gap, jitter and dropped color are 0: an edge goes on from one patch into the "
            "next. Set them back after the run and compare: the pale line is the run before."
        ),
        {"task": "patch", "gap": 0, "jitter": 0, "color_drop": 0, "data": "objects", "speed": 50},
        "learning",
        levers=("gap", "jitter", "color_drop"),
        stop=1000,
        watch=N_("loss"),
        question=Question(
            N_("Is the easier task the better teacher?"),
            (N_("Yes."), N_("Not if it is easy by a shortcut.")),
            1,
            N_(
                "Where an edge continues tells the place with no idea of the object: the task is "
                "solved more than twice as often as by guessing, and the class is found hardly "
                "more often than before the training. Doersch et al. left a gap, moved the patches "
                "at random and dropped colors for that reason."
            ),
        ),
        holds=easy_and_idle,
        see=(("contrastive", "Take color away from T"),),
    ),
    Step(
        N_("A word that is not there"),
        N_(
            "The generative tasks come from language: hide a word, predict it from the others. "
            "Nobody wrote a label, because the sentence itself is the answer. Then type a "
            "sentence and click the word to hide."
        ),
        {
            "mode": "words",
            "sentence": "the largest of two cups stands on the left",
            "hidden_word": 5,
            "learning_rate": 0.005,
            "speed": 20,
        },
        "words",
        levers=("sentences", "learning_rate"),
        stop=400,
        watch=N_("gaps filled rightly"),
        question=Question(
            N_(
                "“the largest of two cups ____ on the left”: which word does the network put there?"
            ),
            (
                N_("“stand”, because cups stand."),
                N_("“stands”, because the largest stands."),
                N_("“the”, the most frequent word."),
            ),
            1,
            N_(
                "To fill the gap it has to look past the nearest noun, “cups”. What "
                "the task needs, the features come to hold; frequency alone always answers “the”. "
                "Masked regions and masked frames are the same idea in pictures and clips."
            ),
        ),
        holds=lambda frame: (
            frame.top[0] == "stands" and newest(frame, "accuracy") > frame.frequent_right + 0.4
        ),
    ),
    Step(
        N_("Hide a quarter, hide nine tenths"),
        N_("Move the masked share from {ratio} to 0.6 and to 0.9."),
        {"filled": "masked", "ratio": 0.25, "data": "objects"},
        "filled",
        levers=("ratio", "block"),
        watch=N_("what it sees"),
        question=Question(
            N_("Why is the answer a gray blur where much is hidden?"),
            (
                N_("The network is broken."),
                N_("Several fillings are possible, and it answers their mean."),
                N_("The picture has been deleted."),
            ),
            1,
            N_(
                "The answer with the least squared error is the mean of all that is possible. It "
                "is not meant to be pretty: what is wanted are the features that find it."
            ),
        ),
    ),
    Step(
        N_("Drab or bold"),
        N_(
            "The same gray picture, answered with squared error and with classes of color, of "
            "which rare ones count more."
        ),
        {"filled": "color", "data": "objects"},
        "filled",
        levers=("data",),
        watch=N_("squared error, shipped"),
        question=Question(
            N_("Which of the two looks drab?"),
            (N_("That with squared error."), N_("That with classes.")),
            0,
            N_(
                "With squared error the network answers the mean of all colors that are possible, "
                "a brownish gray. With classes it answers one color. Which is nearer to the truth, "
                "and which only looks nearer?"
            ),
        ),
    ),
    Step(
        N_("Backwards is no other order"),
        N_("Put the four frames into order, then look at the network’s orders."),
        {"watched": "sort"},
        "video",
        levers=("seed",),
        watch=N_("Check"),
        question=Question(
            N_("Four frames have 24 orders. How many classes are there?"),
            (N_("24"), N_("12"), N_("4")),
            1,
            N_(
                "In these clips a thrown thing flies backwards on a path that is just as possible, "
                "so an order and its reverse count as one."
            ),
        ),
        holds=reverses_are_one,
    ),
    Step(
        N_("Can your clip happen backwards?"),
        N_(
            "Press “Your own clip” and bring a GIF or a short video: someone walking, a wave, a "
            "glass that breaks. Put four of its frames into order and press Check. Could your "
            "clip happen backwards?"
        ),
        {"watched": "sort"},
        "video",
        levers=("clips",),
        watch=N_("Check"),
        question=Question(
            N_("Does this task teach the network which way time runs?"),
            (
                N_("Yes, if the clip cannot happen backwards."),
                N_("No: an order and its reverse are one answer."),
            ),
            1,
            N_(
                "A glass never mends itself, so there the direction can be seen. But here the "
                "reverse counts as right, too, so no network can learn the direction from this "
                "task. It is a task of its own: played forwards or backwards (Wei, Lim, Zisserman "
                "and Freeman, 2018)."
            ),
        ),
        holds=reverses_are_one,
    ),
    Step(
        N_("Which pretraining for which question?"),
        N_(
            "The same encoder, another head: class, place, size, number, and which cells a thing "
            "covers. Read the table down."
        ),
        {"task": "rotation", "question": "place", "labels": "100"},
        "transfer",
        levers=("task", "data"),
        watch=N_("place"),
        question=Question(
            N_("Is one pretraining the best for every question?"),
            (N_("Yes."), N_("Not that the numbers would show.")),
            1,
            N_(
                "What a task needs stays in the features, what it can do without is lost. Compare "
                "differences with the spread over seeds before you believe them."
            ),
        ),
        see=(("contrastive", "Is the representation any good?"),),
    ),
    Step(
        N_("More pictures, larger encoders"),
        N_(
            "Each point is a training of its own, with the same number of steps: on 50 to 3200 "
            "pictures without labels, with encoders of three sizes and three seeds. Change the "
            "question and the labels; Play trains one column now."
        ),
        {"mode": "scale", "question": "class", "labels": "100"},
        "scale",
        levers=("width", "seed"),
        watch=N_("Mean over seeds"),
        question=Question(
            N_("Do more pictures without labels help every question, with any number of labels?"),
            (
                N_("Yes: more data are always better."),
                N_("The class with 100 labels, yes; the place with 10 labels, not clearly."),
                N_("No, in these numbers they help nothing."),
            ),
            1,
            N_(
                "With 100 labels the class gains in all three sizes, with every seed. With 10 "
                "labels the place gains clearly in none: what it gains is less than what the seed "
                "changes. The statement is one about averages, not a law."
            ),
        ),
    ),
    Step(
        N_("The text that came with the picture"),
        N_(
            "Two encoders, one for pictures and one for captions, learn which caption came with "
            "which picture. In the matrix each row asks for the text, each column for the picture. "
            "Then type prompts of your own."
        ),
        {"mode": "pairs", "count": 2000, "speed": 10},
        "pairs",
        levers=("count", "batch_size"),
        stop=400,
        watch=N_("zero-shot accuracy"),
        question=Question(
            N_("Two pictures of a batch have the same caption. What does the loss do with them?"),
            (
                N_("It counts both texts as right."),
                N_("It pushes each away from the other’s text, although that text is true of it."),
                N_("It leaves them out."),
            ),
            1,
            N_(
                "In each row only the text on the diagonal is right. The others are negatives, "
                "whatever they say. Among 400 million pairs from the web that is rare; with few "
                "captions it is a floor under the loss."
            ),
        ),
        holds=lambda frame: newest(frame, "zero-shot") > 3 * frame.chance,
    ),
)
