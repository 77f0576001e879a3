"""The lesson of the `contrastive` page."""

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("Two views, neither the original"),
        N_(
            "From each picture two views are drawn: crop, turn, color, blur. Both are changed, "
            "neither is the original, and no label is used. Press “Draw again” "
            "and find both outlines on the picture. What T changes the network learns to overlook."
        ),
        {"picture": 0, "speed": 5},
        "pairs",
    ),
    Step(
        N_("One positive, all others negatives"),
        N_(
            "Each row is a view: one framed cell is its positive, all others but itself are "
            "negatives. Untrained, all similarities are high. Train, and the two diagonals of "
            "frames stay orange while the rest turns pale and blue. A negative may show the same "
            "shape: nobody told the network."
        ),
        {"row": 0, "column": -1, "speed": 5},
    ),
    Step(
        N_("Temperature picks the opponents"),
        N_(
            "At τ = 0.05 nearly all of the softmax falls on the few most similar negatives: they "
            "alone are pushed away. Raise τ to 2 and all share it alike. The slider acts on the "
            "row at once, and on the running training."
        ),
        {"temperature": 0.05, "row": 0, "column": -1},
    ),
    Step(
        N_("What is it worth?"),
        N_(
            "Let it train for 200 steps, then press “Measure now”: with a handful of labels a "
            "linear classifier on the trained h finds the shape far more often than on the "
            "untrained one. Then fine-tune from here, and train from scratch with the same labels: "
            "with few of them the better start shows."
        ),
        {"speed": 20},
        "transfer",
    ),
    Step(
        N_("Take color away from T"),
        N_(
            "Without color jitter two views of a picture have the same colors, and that is all it "
            "takes to find the positive: the loss falls fast, the shape is not learned. Measure at "
            "200 steps: what you measured in the step before stays on the chart, to compare."
        ),
        {"color": 0, "gray": 0, "speed": 20},
        "transfer",
    ),
    Step(
        N_("MoCo: a queue of negatives"),
        N_(
            "The negatives now come from a queue of keys, the positive never. While the queue "
            "fills, the loss rises: each step adds opponents. Set m to 0: the key encoder is a "
            "copy that changes with each step, so the queue holds keys of many different encoders, "
            "and negatives stay similar. At 0.999 the key encoder trails further behind, but "
            "steadily. Measure: MoCo and SimCLR stand on one chart."
        ),
        {"method": "moco", "momentum": 0.99, "speed": 5},
        "queue",
    ),
    Step(
        N_("No negatives, and collapse"),
        N_(
            "SimSiam only pulls views together. Without the stop-gradient the easiest way is to "
            "make all pictures one: watch the collapse meter fall within a hundred steps, while "
            "the loss looks perfect. Switch the stop-gradient on again."
        ),
        {"method": "simsiam", "stop_gradient": False, "speed": 5},
        "negatives",
    ),
    Step(
        N_("Which augmentations?"),
        N_(
            "One short training for each pair of operations, three seeds each. Chen et al. found "
            "that crop with color beats all other pairs on photographs. On the scenes it is color "
            "that counts, with whatever else: without it the colors alone give the positive away. "
            "Is crop with color better here than color alone? Compare the two cells, and their "
            "spread."
        ),
        {"mode": "composition", "speed": 1},
    ),
    Step(
        N_("Which projector?"),
        N_(
            "Nine short trainings: without a projector, with a linear one, with a hidden layer. "
            "Chen et al. found any projector better than none, and a hidden layer best, after "
            "hundreds of epochs. Compare the means on h with their spread over the seeds: which of "
            "these differences would you believe?"
        ),
        {"mode": "projector", "speed": 1},
    ),
)
