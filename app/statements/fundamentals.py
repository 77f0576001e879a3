"""Sections 1, 3, 4, 5 and 7 of the notes."""

from app.i18n import N_
from app.statements.statement import Box, Statement

FUNDAMENTALS = (
    # --- 1. Over- and underfitting ----------------------------------------------------------------
    Statement(
        1,
        N_("The training error is the error on the points that were learned from."),
        "fitting?tab=one",
        Box(
            N_("The training error is the error during training."),
            N_("It is the error on the training points, whenever it is measured."),
        ),
    ),
    Statement(
        2,
        N_("The generalization error is the error to expect on new points."),
        "fitting?tab=one&show_test=true",
        Box(
            N_("The test error is the generalization error."),
            N_("It estimates it, from the test points that there happen to be."),
        ),
    ),
    Statement(
        3,
        N_("A model can fail in two ways: by overfitting or by underfitting."),
        "fitting?tab=capacity&mode=capacity",
    ),
    Statement(
        4,
        N_(
            "With growing capacity the training error falls, the test error falls and then rises; "
            "far beyond, it may fall again."
        ),
        "fitting?tab=capacity&mode=capacity",
    ),
    Statement(
        5,
        N_("Overfitting: low training error, high generalization error; details are memorized."),
        "fitting#step-2",
    ),
    Statement(6, N_("Underfitting: already the training error is high."), "fitting#step-3"),
    # --- 3. The multilayer perceptron -------------------------------------------------------------
    Statement(
        25,
        N_("A multilayer perceptron is a feed-forward network."),
        "mlp?model=mlp&tab=network",
        Box(
            N_("Multilayer perceptron and feed-forward network are the same."),
            N_("It is one kind of them: a convolutional network feeds forward, too."),
        ),
    ),
    Statement(
        26,
        N_("A layer puts out its inputs times its weights, plus its biases, then bends them."),
        "mlp#step-4",
        Box(
            N_("Output = input × weights + biases is a multilayer perceptron."),
            N_("It is one layer without activation; stacked, such layers remain one linear map."),
        ),
    ),
    Statement(27, N_("N inputs of C₁ numbers meet C₁ × C₂ weights."), "mlp?model=mlp&tab=network"),
    Statement(
        28,
        N_("The biases have one number for each of the C₂ outputs."),
        "mlp?model=mlp&tab=network",
        Box(
            N_("The biases are a C₂ × 1 matrix."),
            N_("N × C₂ plus C₂ × 1 does not add up; it is 1 × C₂, added to every row."),
        ),
    ),
    Statement(29, N_("The output is N × C₂."), "mlp?model=mlp&tab=network"),
    Statement(30, N_("A row is a sample: its C₁ features become C₂."), "mlp?model=mlp&tab=network"),
    Statement(
        31,
        N_("Every output mixes all inputs, each with a weight of its own."),
        "mlp?model=mlp&tab=network&layers=4",
    ),
    Statement(
        32, N_("A layer kneads the inputs into as many new shapes as it has units."), "mlp#step-3"
    ),
    Statement(
        33,
        N_("A perceptron: inputs, weights, a sum, a step."),
        "mlp?model=perceptron&data=gaussians&noise=0.1",
    ),
    Statement(34, N_("The perceptron is a linear classifier."), "mlp#step-2"),
    Statement(
        35,
        N_("It can represent every sign of w · x + b."),
        "mlp?model=perceptron&data=gaussians&noise=0.1",
        Box(
            N_("Its hypotheses are the functions w · x + b."),
            N_("That is linear regression; the classifier is the sign of it."),
        ),
    ),
    Statement(36, N_("The learning rule says how weights and bias are changed."), "mlp#step-1"),
    Statement(
        37, N_("Output and target are compared, and the weights moved towards it."), "mlp#step-1"
    ),
    # --- 4. Batch normalization -------------------------------------------------------------------
    Statement(
        38,
        N_("Inputs are normalized before training, so that it descends evenly."),
        "batchnorm?tab=inputs",
    ),
    Statement(
        39,
        N_("What is learned depends on how the data are distributed."),
        "batchnorm?tab=trials",
        Box(
            N_("Learning is, in essence, learning the data’s distribution."),
            N_("A classifier learns where the classes part, not how the data are distributed."),
        ),
    ),
    Statement(
        40,
        N_("Test data distributed otherwise than the training data are answered worse."),
        "batchnorm?tab=trials",
    ),
    Statement(
        41,
        N_("Each batch has statistics of its own, and layers see moving inputs."),
        "batchnorm?tab=running",
        Box(
            N_("BatchNorm works because it removes this shift of the inputs."),
            N_("That is disputed: Santurkar et al. (2018) found a smoother loss to be the reason."),
        ),
    ),
    Statement(42, N_("Therefore the inputs are normalized first."), "batchnorm?tab=inputs"),
    Statement(43, N_("The initial weights distort what a layer passes on."), "batchnorm#step-3"),
    Statement(
        44,
        N_("Badly scaled weights make training slow or let gradients vanish."),
        "batchnorm?tab=gradients&init_scale=20",
        also="batchnorm#step-4",
    ),
    Statement(
        45,
        N_("A badly scaled start makes the network hard to train, whatever it would generalize."),
        "batchnorm#step-4",
        Box(
            N_("Without BatchNorm there is a risk of overfitting."),
            N_("Not for that reason: what fails here is already the fit to the training points."),
        ),
    ),
    Statement(
        46,
        N_("In a convolution BatchNorm takes its statistics over batch and places."),
        "batchnorm?tab=convolution",
    ),
    Statement(
        47,
        N_("x̂ = (x − E) / √(Var + ε), then y = γ x̂ + β."),
        "batchnorm?tab=unit",
        Box(
            N_("BatchNorm is (x − E) / √Var."),
            N_("ε keeps it finite; γ and β let the network choose mean and scale again."),
        ),
    ),
    Statement(48, N_("It brings a drifting distribution back."), "batchnorm#step-3"),
    Statement(
        49,
        N_("x̂ has mean 0 and variance 1."),
        "batchnorm#step-9",
        Box(
            N_("x̂ follows the standard normal distribution."),
            N_("Only mean and variance are set; what had two peaks keeps two peaks."),
        ),
    ),
    Statement(50, N_("Activations react again, and training is faster."), "batchnorm#step-2"),
    Statement(
        51,
        N_("Values come to lie where the activation is steep."),
        "batchnorm#step-3",
        Box(
            N_("BatchNorm forces values into the linear region."),
            N_("They start there; γ and β may lead them out again."),
        ),
    ),
    Statement(
        52,
        N_("The paper puts it before the activation."),
        "batchnorm#step-2",
        also="batchnorm#step-3",
    ),
    Statement(
        53,
        N_("It makes the loss smoother, and a layer less sensitive to the one before."),
        "batchnorm?tab=gradients",
    ),
    Statement(
        54,
        N_("Before or after the activation: it depends on the case."),
        "batchnorm#step-3",
        also="batchnorm#step-2",
    ),
    # --- 5. L1 and L2 -----------------------------------------------------------------------------
    Statement(55, N_("L1 makes weights sparse, and so selects features."), "regularization#step-2"),
    Statement(56, N_("L1 adds λ Σ|θ| to the loss."), "regularization?tab=paths"),
    Statement(
        57,
        N_("L2 keeps weights small and spreads them over correlated features."),
        "regularization?tab=planes&between=0.9",
    ),
    Statement(
        58,
        N_("L2 adds λ Σθ² to the loss."),
        "regularization?tab=paths&penalty=l2",
        Box(
            N_("The same λ means the same in every formula."),
            N_("It depends on whether the loss is a sum or a mean, here as between libraries."),
        ),
    ),
    Statement(
        59,
        N_("The slope of |θ| is ±1: a steady pull, all the way to zero."),
        "regularization#step-1",
        Box(
            N_("Its derivative is 1, so the weight ends at 0."),
            N_("It is the sign of θ; a plain step leaps over 0, the proximal step ends there."),
        ),
    ),
    Statement(
        60,
        N_("The slope of θ² is 2θ: the smaller the weight, the weaker the pull."),
        "regularization#step-1",
        Box(N_("The derivative of θ² is θ."), N_("It is 2θ; with the factor, 2λθ.")),
    ),
    Statement(
        61, N_("Under L2 many weights come near 0, and none arrives."), "regularization#step-3"
    ),
    # --- 7. Cross-entropy -------------------------------------------------------------------------
    Statement(
        91,
        N_("The rarer an outcome, the more information it carries."),
        "cross-entropy#step-1",
        Box(
            N_("Information is inversely proportional to probability."),
            N_("It is −log P: half the probability is one bit more, not twice as much."),
        ),
    ),
    Statement(92, N_("A likely outcome carries little."), "cross-entropy?tab=information"),
    Statement(
        93,
        N_("I = −log P; with the natural logarithm it is measured in nats."),
        "cross-entropy?tab=information&unit=nats",
    ),
    Statement(94, N_("Entropy is the expected information."), "cross-entropy?tab=distributions"),
    Statement(95, N_("H(p) = −Σ p log p."), "cross-entropy#step-3"),
    Statement(96, N_("H(p, q) = −Σ p log q."), "cross-entropy?tab=distributions"),
    Statement(
        97,
        N_("Cross-entropy is entropy plus KL divergence."),
        "cross-entropy?tab=distributions",
        Box(
            N_("Cross-entropy measures how different two distributions are."),
            N_("KL does: at q = p it is 0, while the cross-entropy is H(p). Neither is symmetric."),
        ),
        also="cross-entropy#step-4",
    ),
    Statement(
        98,
        N_("Probabilities of independent events multiply, so their informations add."),
        "cross-entropy?tab=events",
        Box(
            N_("Of several events the probabilities multiply."),
            N_("Only of independent ones."),
        ),
    ),
    Statement(99, N_("p is what happens, q what is predicted."), "cross-entropy?tab=distributions"),
    Statement(
        100,
        N_("A lower cross-entropy is a better prediction of the probabilities."),
        "cross-entropy#step-8",
        Box(
            N_("Lower loss, better classifier."),
            N_("Accuracy counts only which class is first: it may fall while the loss falls."),
        ),
    ),
    Statement(101, N_("After softmax the predictions sum to 1."), "cross-entropy?tab=softmax"),
)
