"""How large the networks of the contrastive lab are, counted without torch: the server counts
before it starts a run. A test holds the counts to the modules of `models.representation.encoder`.
"""

D_H = 128  # features h
D_Z = 64  # features z
D_P = 32  # the bottleneck of SimSiam's predictor
WIDTHS = (16, 24, 80)  # stem at 16 x 16, first block at 8 x 8, second at 4 x 4
KINDS = ("none", "linear", "mlp")  # of a projector


def normalized(inputs: int, outputs: int, kernel: int = 1) -> int:
    """Learned numbers of a convolution without bias (kernel 1: of a linear layer) and of the
    BatchNorm after it.
    """
    return kernel**2 * inputs * outputs + 2 * outputs


def block(inputs: int, outputs: int) -> int:
    """Of a residual block: two 3 x 3 convolutions, and a 1 x 1 one past them."""
    past = normalized(inputs, outputs)
    return normalized(inputs, outputs, 3) + normalized(outputs, outputs, 3) + past


def encoder_parameters(times: float = 1.0) -> int:
    """Of an encoder whose layers but the last are `times` as wide."""
    stem, first, second = (round(times * width) for width in WIDTHS)
    blocks = block(stem, first) + block(first, second)
    return normalized(3, stem, 3) + blocks + normalized(second, D_H)


ENCODER_PARAMETERS = encoder_parameters()
LAST = D_H * D_Z + D_Z
PROJECTOR_PARAMETERS = {"none": 0, "linear": LAST, "mlp": normalized(D_H, D_H) + LAST}
PREDICTOR_PARAMETERS = normalized(D_Z, D_P) + D_P * D_Z + D_Z
