"""What the words of the `pretext` page mean."""

from app.i18n import N_
from app.lab.lessons import Word

WORDS = (
    Word(
        N_("pretext task"),
        N_(
            "A task whose labels are made from the data by an operation. Its answer is of no "
            "interest; the features learned for it are."
        ),
    ),
    Word(
        N_("masked words"),
        N_(
            "Some words of a sentence are hidden and predicted from the others (BERT). The corpus "
            "here are captions that a small grammar writes."
        ),
    ),
    Word(
        N_("unigram model"),
        N_("It knows how frequent each word is and nothing of the sentence."),
    ),
    Word(
        N_("CLIP"),
        N_(
            "Contrastive language-image pretraining: a picture encoder and a text encoder whose "
            "features of a pair agree and of other pairs do not."
        ),
    ),
    Word(
        N_("zero-shot"),
        N_(
            "Classification without a classifier: each class is a text, and the picture goes to "
            "the text that is most similar to it."
        ),
    ),
    Word(
        N_("downstream task"),
        N_("A question of real interest, asked later: the class, the place, the size, the number."),
    ),
    Word(
        N_("transfer"),
        N_(
            "The pretext head comes off, the encoder stays, another head is put on for the "
            "downstream task."
        ),
    ),
    Word(
        N_("linear probe"),
        N_("A linear classifier on frozen features. Its accuracy measures what the features tell."),
    ),
    Word(
        N_("fine-tuning"),
        N_(
            "Encoder and head are trained together with the labels of the downstream task. A probe "
            "trains the head alone."
        ),
    ),
    Word(
        N_("ImageNet’s features"),
        N_(
            "Those of EfficientNet-Lite0, which learned from 1.28 million labeled photos. It gets "
            "the pictures enlarged to 128 × 128."
        ),
    ),
    Word(N_("shortcut"), N_("A way to solve the pretext task without what one hopes is learned.")),
    Word(
        N_("ceiling"),
        N_("The most that anybody can get right: some inputs do not determine the answer."),
    ),
)
