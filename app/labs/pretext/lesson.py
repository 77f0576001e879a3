"""The lesson of the `pretext` page."""

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("A label that nobody wrote"),
        N_(
            "Each picture was turned by 0, 90, 180 or 270 degrees, drawn at random: the draw is "
            "the label. Play the eight rounds yourself. Which pictures can you not decide, and "
            "why? Your score stays as a line on the chart of the next step."
        ),
        {"task": "rotation", "data": "objects", "speed": 5},
        "puzzle",
    ),
    Step(
        N_("Turn what has no upright"),
        N_(
            "These shapes stand at any angle, so every turn of one is as frequent as every "
            "other. Let the network train: its loss stays at log 4 = 1.386 and its accuracy at "
            "1/4. No network can do better, and nothing useful is learned. What would have to "
            "be in the picture for the task to be solvable?"
        ),
        {"task": "rotation", "data": "scenes", "speed": 20},
        "learning",
    ),
    Step(
        N_("Two accuracies part ways"),
        N_(
            "One curve tells how well the pretext task is solved, the other what a linear "
            "classifier finds of the class in the features, which were never told a class. The "
            "first soon stands still. Does the second stop when the first does? Would you have "
            "known when to stop from the first alone?"
        ),
        {"task": "rotation", "data": "objects", "speed": 20},
        "learning",
    ),
    Step(
        N_("A shortcut through the gap"),
        N_(
            "Without a gap, an edge goes on from one patch into the next: the place can be told "
            "with no idea of the object. Set gap, jitter and dropped color to 0 and watch the "
            "accuracy; then set them back. Is the easier task the better teacher? The view "
            "“Transfer” tells."
        ),
        {"task": "patch", "gap": 0, "jitter": 0, "color_drop": 0, "data": "objects", "speed": 50},
        "learning",
    ),
    Step(
        N_("Hide a quarter, hide nine tenths"),
        N_(
            "Move the masked share from 0.25 to 0.6 and to 0.9. The gray blur is no failure: "
            "where several fillings are possible, the answer with the least squared error is "
            "their mean. At which share does the answer lose the thing, and what remains "
            "longest?"
        ),
        {"filled": "masked", "ratio": 0.25, "data": "objects"},
        "filled",
    ),
    Step(
        N_("Drab or bold"),
        N_(
            "With squared error the network answers the mean of all colors that are possible, "
            "which is brownish gray. With classes of color, rare ones counted more, it answers "
            "one bold color. Compare both with the truth: which is nearer, and which looks "
            "nearer?"
        ),
        {"filled": "color", "data": "objects"},
        "filled",
    ),
    Step(
        N_("Backwards is no other order"),
        N_(
            "Put the four frames into order. A thrown thing flies backwards on a path that is "
            "just as possible, so an order and its reverse count as one: 24 orders become 12 "
            "classes. How many do you get right, and what does the network look at?"
        ),
        {"watched": "sort"},
        "video",
    ),
    Step(
        N_("Which pretraining for which question?"),
        N_(
            "The same encoder, another head: class, place, size, number, and which cells a "
            "thing covers. Read the table down: no task wins every column. Is it true here that "
            "contrastive learning is weak where details count? Look at the spread over seeds "
            "before you answer."
        ),
        {"task": "rotation", "question": "place", "labels": "100"},
        "transfer",
    ),
)
