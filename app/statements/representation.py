"""Sections 2 and 6 of the notes."""

from app.i18n import N_
from app.statements.statement import Box, Statement

REPRESENTATION = (
    # --- 2. Pretraining and self-supervision ------------------------------------------------------
    Statement(
        7,
        N_("Pretraining learns a representation that serves several tasks later."),
        "pretext?tab=transfer",
    ),
    Statement(
        8,
        N_("Self-supervision: the data make their labels themselves."),
        "pretext?tab=label",
    ),
    Statement(
        9,
        N_("CLIP learns from pictures paired with their texts."),
        "pretext?tab=pairs",
        Box(
            N_("CLIP is pretrained on annotated data."),
            N_("On 400 million pairs found on the web: the texts are the supervision."),
        ),
    ),
    Statement(
        10,
        N_("A pretext task may help some downstream questions and not others."),
        "pretext?tab=compared",
    ),
    Statement(
        11,
        N_("More unlabeled data and larger models give better results later."),
        "pretext?tab=scale",
        Box(
            N_("This is the experience of contrastive learning in language."),
            N_("It is that of self-supervised language models, which predict hidden words."),
        ),
    ),
    Statement(
        12,
        N_("Pretext tasks in vision came in three stages."),
        "pretext?tab=stages",
        Box(
            N_("First prediction, then contrast, then generation."),
            N_("They overlap: context encoders filled in regions already in 2016."),
        ),
    ),
    Statement(13, N_("The first stage predicts something about a picture."), "pretext?tab=puzzle"),
    Statement(
        14,
        N_("Relative patch: where does this patch lie, seen from that?"),
        "pretext?tab=label&task=patch",
    ),
    Statement(15, N_("Rotation: by which angle was it turned?"), "pretext?tab=label&task=rotation"),
    Statement(16, N_("Color: which colors has this gray picture?"), "pretext?tab=label&task=color"),
    Statement(17, N_("Frame order: in which order were these taken?"), "pretext?tab=video"),
    Statement(18, N_("Speed: how fast is this clip played?"), "pretext?tab=video&watched=speed"),
    Statement(
        19,
        N_("Contrastive methods became the main way: MoCo, SimCLR."),
        "pretext?tab=stages",
        also="contrastive#step-7",
    ),
    Statement(
        20,
        N_("Two random augmentations of a picture are pulled together, others pushed apart."),
        "contrastive?tab=training",
        also="contrastive#step-1",
    ),
    Statement(
        21,
        N_("Contrast is strong on what a picture shows, weaker on fine detail."),
        "pretext?tab=transfer",
        Box(
            N_("Contrastive learning is poor on fine-grained tasks."),
            N_("Found on photographs around 2021; the recorded numbers here do not show it."),
        ),
    ),
    Statement(
        22,
        N_("Generative tasks bring to vision what language models do with hidden words."),
        "pretext?tab=words",
    ),
    Statement(23, N_("Masked region: fill in what is hidden."), "pretext?tab=filled"),
    Statement(24, N_("Masked frame: fill in a hidden frame of a clip."), "pretext?task=frame"),
    # --- 6. SimCLR --------------------------------------------------------------------------------
    Statement(62, N_("SimCLR contrasts with negatives."), "contrastive#step-3"),
    Statement(
        63,
        N_("It was clearly better than what came before."),
        "pretext?tab=compared&question=class&labels=all",
        Box(
            N_("SimCLR is better than every earlier task, on whatever data."),
            N_(
                "Published for ImageNet: 69.3% by a linear classifier, where CPC v2 had 63.8% and "
                "PIRL 63.6% (Chen et al., 2020, table 6). What a few seconds on drawn pictures "
                "give was recorded here: no such lead."
            ),
        ),
    ),
    Statement(64, N_("Its structure is simple and symmetric."), "contrastive?tab=pair"),
    Statement(
        65,
        N_("Encoder, projector and augmentations became the usual structure."),
        "contrastive?tab=pair",
        also="contrastive?tab=pair&method=moco",
    ),
    Statement(
        66,
        N_("Two operations drawn from T make two views, each other’s positives."),
        "contrastive#step-2",
    ),
    Statement(67, N_("All other pictures of the batch are negatives."), "contrastive#step-3"),
    Statement(
        68,
        N_("In their space positives are pulled, negatives pushed."),
        "contrastive?tab=training",
        also="contrastive?tab=map",
    ),
    Statement(
        69,
        N_("What augmentation changes is to be ignored: invariance."),
        "contrastive?tab=invariance",
    ),
    Statement(
        70, N_("Augmentations together make a harder and better task."), "contrastive#step-9"
    ),
    Statement(71, N_("Picture, two views, f, h, g, z: the whole way."), "contrastive?tab=pair"),
    Statement(72, N_("N pictures give 2N views."), "contrastive?tab=pairs"),
    Statement(
        73,
        N_("Both views go through the same encoder and projector."),
        "contrastive?tab=pair",
        Box(
            N_("SimCLR has two branches, each a function of its own."),
            N_("It is one function with one set of weights, used twice."),
        ),
    ),
    Statement(74, N_("The encoder f gives h."), "contrastive?tab=similarities&space=h"),
    Statement(
        75,
        N_("The projector g, two layers with BatchNorm and ReLU, gives z."),
        "contrastive#step-10",
    ),
    Statement(76, N_("z = g(f(x))."), "contrastive?tab=pair"),
    Statement(77, N_("FC means fully connected: every input to every output."), "mlp#step-4"),
    Statement(
        78,
        N_("BatchNorm holds mean and variance of what a layer gets."),
        "batchnorm#step-1",
    ),
    Statement(79, N_("A view has 2N − 2 negatives."), "contrastive#step-3"),
    Statement(
        80,
        N_("Similarity is the cosine: the dot product of vectors of length 1."),
        "contrastive#step-1",
    ),
    Statement(
        81, N_("The loss is −log of the positive’s share, at temperature τ."), "contrastive#step-4"
    ),
    Statement(
        82,
        N_("It raises the positive’s similarity and lowers the others’."),
        "contrastive?tab=negatives",
        Box(
            N_("The numerator pulls, the denominator pushes."),
            N_("The positive stands in the denominator, too: the nearer, the weaker the pull."),
        ),
    ),
    Statement(83, N_("It is pretraining on unlabeled pictures."), "contrastive?tab=transfer"),
    Statement(84, N_("Its purpose is that of hidden words for language."), "pretext?tab=stages"),
    Statement(85, N_("Fine-tuning starts from it with few labels."), "contrastive#step-5"),
    Statement(
        86,
        N_("In the end only the encoder is kept."),
        "contrastive?tab=features",
        also="contrastive#step-10",
    ),
    Statement(
        87,
        N_("All contrastive methods are used that way."),
        "contrastive?tab=transfer",
        also="contrastive?tab=transfer&method=moco",
    ),
    Statement(
        88,
        N_("Its contributions: composed augmentations, and the projector."),
        "contrastive#step-9",
        also="contrastive#step-10",
    ),
    Statement(
        89,
        N_("It came close to supervised learning."),
        "contrastive?tab=transfer",
        Box(
            N_("It reached or passed supervised learning."),
            N_("It equaled a supervised ResNet-50 with a network four times as wide (2020)."),
        ),
        also="pretext?tab=compared&question=class&labels=all",
    ),
    Statement(
        90,
        N_("Later methods took over encoder, projector, augmentations."),
        "contrastive?tab=pair&method=simsiam",
        also="contrastive?tab=pair&method=moco",
    ),
)
