"""The lesson of the `cross-entropy` lab."""

from app.i18n import N_
from app.lab.contract import Step

LESSON = (
    Step(
        N_("Rare says more"),
        N_(
            "Each outcome tells −log P: in bits, one for every halving. Here A has 1/2 and tells "
            "1 bit, B 2 bits, C and D 3 bits; weighted by how often they happen that is an entropy "
            "of 1.75 bits. Drag a bar and watch its point slide along the curve."
        ),
        {"p": "0.5,0.25,0.125,0.125", "q": "0.25,0.25,0.25,0.25", "unit": "bits", "chosen": 3},
        "information",
    ),
    Step(
        N_("Most and least"),
        N_(
            "All four alike: 2 bits, and no other distribution over four outcomes has more. Now "
            "drag one bar to the top: it is certain, nothing is left to tell, and H(p) is 0."
        ),
        {"p": "0.25,0.25,0.25,0.25", "q": "0.25,0.25,0.25,0.25", "unit": "bits"},
    ),
    Step(
        N_("The price of a wrong belief"),
        N_(
            "q calls C impossible, but C happens one time in eight: the cross-entropy is infinite. "
            "Lift C in q a little, and it is finite again. Then swap p and q: KL is another "
            "number, so it is no distance."
        ),
        {"p": "0.5,0.25,0.125,0.125", "q": "0.5,0.25,0,0.25", "unit": "bits", "chosen": 2},
    ),
    Step(
        N_("Softmax forgets a shift"),
        N_(
            "800 is added to every logit. The safe softmax does not change at all; the naive one "
            "is not a number, because e to the 800 is beyond what a computer keeps. The gradient "
            "is just q − y, and always sums to 0."
        ),
        {"z": "2,1,0.5,-1", "t": 1.0, "shift": 800, "smoothing": 0.0, "target": 1},
        "softmax",
    ),
    Step(
        N_("Sure and wrong"),
        N_(
            "The last layer starts ten times as large, so at the start the networks are sure of "
            "random answers. After 200 steps those with cross-entropy recognize about nine digits "
            "in ten; with squared error fewer than half, because where q is nearly 0 or 1 "
            "its slope is nearly 0."
        ),
        {"start_scale": 10, "logit": -6.0, "speed": 5},
        "digits",
    ),
    Step(
        N_("Undecided"),
        N_(
            "From an ordinary start both losses work: after 200 steps both recognize more than "
            "nine digits in ten. Cross-entropy is ahead, and its certainty is closer to how often "
            "it is right. Look at the ten worst digits: would you have read them?"
        ),
        {"start_scale": 1, "speed": 5},
        "worst",
    ),
)
