// Written by `make types` from the frames of every lab: change them there, not here.

export interface FittingFrame {
  header: {
    step: number;
    /** the least error on new points that is possible */
    floor: number | null;
    /** test error of the best constant */
    baseline: number | null;
    /** where the median validation (else test) error was least */
    best_step: number | null;
    /** the median test error there */
    best_test: number | null;
    /** of one network */
    parameters: number;
    verdict: "untested" | "few" | "learning" | "flat" | "underfits" | "unexplained" | "fits" | "close" | "worse" | "overfits" | "uncertain";
  };
  arrays: {
    /** [G] places in [-1, 1] */
    grid: Float32Array;
    /** [R, G] */
    curves: Float32Array;
    /** [3, G] of the curves */
    band: Float32Array;
    /** [G] the true curve; NaN where nobody knows it */
    truth: Float32Array;
    /** [N] */
    x: Float32Array;
    /** [N] */
    y: Float32Array;
    /** [N] 0 training, 1 validation, 2 test */
    role: Uint8Array;
    /** [T] */
    steps: Float64Array;
    /** [8, T] */
    history: Float32Array;
    /** [4, R] now */
    errors: Float32Array;
    /** [R] the step a stopped network went back to, else -1 */
    stopped_at: Int32Array;
  };
  shapes: Record<"grid" | "curves" | "band" | "truth" | "x" | "y" | "role" | "steps" | "history" | "errors" | "stopped_at", number[]>;
  rows: {
    band: Record<"low" | "median" | "high", Float32Array>;
    history: Record<"training low" | "training" | "training high" | "validation" | "test low" | "test" | "test high" | "penalty", Float32Array>;
    errors: Record<"training" | "validation" | "test" | "penalty", Float32Array>;
  };
}

export interface CapacityFrame {
  header: {
    step: number;
    /** K */
    widths: number[];
    /** training points */
    points: number;
    /** test points */
    tested: number;
    floor: number | null;
  };
  arrays: {
    /** [K, S] */
    training: Float32Array;
    /** [K, S] */
    test: Float32Array;
    /** [D, M] */
    polynomial_training: Float32Array;
    /** [D, M] */
    polynomial_test: Float32Array;
  };
  shapes: Record<"training" | "test" | "polynomial_training" | "polynomial_test", number[]>;
  rows: {
  };
}

export interface MlpFrame {
  header: {
    step: number;
    model: string;
    /** units from the input to the output */
    layers: number[];
    /** None for heights */
    classes: number | null;
    health: "unknown" | "healthy" | "vanishing" | "exploding" | "dead";
    dead: number;
    parameters: number;
    batch: number;
  };
  arrays: {
    /** [K, G * G] the network on show: 255 is probability 1 */
    map: Uint8Array;
    /** [K, G * G] mean over all networks */
    map_all: Uint8Array;
    /** [U, g * g] 128 is zero */
    responses: Uint8Array;
    /** [U] the absolute value that is 127 away from it */
    tops: Float32Array;
    /** layer by layer, [inputs, outputs] each, flat */
    weights: Float32Array;
    biases: Float32Array;
    /** like the weights */
    gradients: Float32Array;
    /** [L] */
    norms: Float32Array;
    /** [N, 2] */
    x: Float32Array;
    /** [N] classes or heights */
    y: Float32Array;
    /** [N] */
    role: Uint8Array;
    /** [T] */
    steps: Float64Array;
    /** [9, T] */
    history: Float32Array;
    /** [K, K] */
    confusion: Int32Array;
    /** [5] of the network on show */
    scores: Float32Array;
  };
  shapes: Record<"map" | "map_all" | "responses" | "tops" | "weights" | "biases" | "gradients" | "norms" | "x" | "y" | "role" | "steps" | "history" | "confusion" | "scores", number[]>;
  rows: {
    history: Record<"training low" | "training loss" | "training high" | "training accuracy" | "test low" | "test loss" | "test high" | "test accuracy" | "penalty", Float32Array>;
    scores: Record<"training loss" | "training accuracy" | "test loss" | "test accuracy" | "penalty", number>;
  };
}

export interface PerceptronFrame {
  header: {
    step: number;
    model: string;
    /** the sample looked at, -1 before the first */
    number: number;
    wrong: boolean;
    /** w: two weights and the bias */
    before: number[];
    update: number[];
    after: number[];
    margin_before: number;
    margin_after: number;
    mistakes: number;
    epochs: number;
    /** Novikoff's, None where no line separates the points */
    bound: number | null;
    gamma: number;
    radius: number;
    /** mistakes in one round of the cycle */
    cycle: number | null;
    converged: boolean;
    accuracy: number;
  };
  arrays: {
    /** [N, 2] */
    x: Float32Array;
    /** [N] 0 or 1 */
    y: Float32Array;
    role: Uint8Array;
    /** [T] samples looked at */
    steps: Float64Array;
    /** [1, T] mistakes so far */
    history: Float32Array;
  };
  shapes: Record<"x" | "y" | "role" | "steps" | "history", number[]>;
  rows: {
  };
}

export interface BatchnormFrame {
  header: {
    step: number;
    /** of the unit, from 1 */
    layer: number;
    unit: number;
    eps: number;
    sizes: number[];
    /** test accuracy with statistics of so many test points */
    by_size: number[];
    shifts: number[];
    /** of one network without BatchNorm, and of one with it */
    parameters: number;
    parameters_with: number;
  };
  arrays: {
    /** [T] */
    steps: Float64Array;
    /** [V, 3, T] eval mode */
    history: Float32Array;
    /** [V, S] now; not finite: lost */
    losses: Float64Array;
    /** [V, S] steps until the target, or -1 */
    reached: Int32Array;
    /** [K] */
    moments: Float64Array;
    /** [V, L, M, K] share of values in a bin, 255 is half of them */
    ridges: Uint8Array;
    /** [M] their middles */
    bins: Float32Array;
    /** [M] the activation there */
    curve: Float32Array;
    /** [V, L] */
    saturated: Float32Array;
    /** [V, L + 1] gradient norms */
    slopes: Float32Array;
    /** [3, B] of the unit */
    batch: Float64Array;
    /** [8] of the unit */
    numbers: Float64Array;
    /** [T'] */
    seen: Float64Array;
    /** [4, T'] of the unit */
    statistics: Float32Array;
    /** [V + 1, shifts] test accuracy */
    moved: Float32Array;
  };
  shapes: Record<"steps" | "history" | "losses" | "reached" | "moments" | "ridges" | "bins" | "curve" | "saturated" | "slopes" | "batch" | "numbers" | "seen" | "statistics" | "moved", number[]>;
  rows: {
    history: Record<"none" | "before" | "after", Record<"low" | "median" | "high", Float32Array>>;
    losses: Record<"none" | "before" | "after", Float64Array>;
    reached: Record<"none" | "before" | "after", Int32Array>;
    saturated: Record<"none" | "before" | "after", Float32Array>;
    slopes: Record<"none" | "before" | "after", Float32Array>;
    batch: Record<"x" | "batch" | "running", Float64Array>;
    numbers: Record<"mean" | "variance" | "gamma" | "beta" | "running mean" | "running variance" | "next running mean" | "next running variance", number>;
    statistics: Record<"mean" | "variance" | "running mean" | "running variance", Float32Array>;
    moved: Record<"none" | "before" | "after" | "before, own statistics", Float32Array>;
  };
}

export interface SweepFrame {
  header: {
    step: number;
    setting: string;
  };
  arrays: {
    /** [K] */
    values: Float64Array;
    /** [2, K, S] steps, or -1 */
    reached: Int32Array;
    /** [2, K, S] */
    losses: Float64Array;
  };
  shapes: Record<"values" | "reached" | "losses", number[]>;
  rows: {
    reached: Record<"none" | "before", Int32Array>;
    losses: Record<"none" | "before", Float64Array>;
  };
}

export interface RegularizationFrame {
  header: {
    step: number;
    model: string;
    /** the chosen λ's index */
    at: number;
    /** weights that there are */
    penalized: number;
    /** the λ of the least validated error; None before the first step */
    best: number | null;
    /** the greatest within one standard error of it */
    one_error: number | null;
    /** the noise's variance: the least error on new points that is possible */
    floor: number;
    /** test error of the start; of a linear model, of least squares */
    start_test: number;
    /** 1/2 the sum of squares at the chosen λ */
    data_loss: number;
    penalty: number;
    /** the greatest change of a number in the last step, of all λ */
    moved: number;
  };
  arrays: {
    /** [K] */
    lambdas: Float64Array;
    /** [K, W] */
    paths: Float32Array;
    /** [K, D] a feature's weight; of an MLP the length of all its weights */
    used: Float32Array;
    /** [D] the weights that made the data; NaN where nobody knows them */
    truth: Float32Array;
    /** [K] weights that are exactly zero */
    zeros: Int32Array;
    /** [K] weights that are not, but below `NEAR` */
    near: Int32Array;
    /** [K] mean squared error */
    training: Float32Array;
    /** [K] */
    test: Float32Array;
    /** [2, K] of the folds */
    validated: Float32Array;
    /** [T] steps */
    moments: Float64Array;
    /** [T, W] weights of the chosen λ over time */
    over_steps: Float32Array;
    /** [N] places of the points, if there is a curve */
    x: Float32Array;
    y: Float32Array;
    /** [M] */
    grid: Float32Array;
    /** [M] the fit of the chosen λ */
    curve: Float32Array;
    /** [M] */
    true_curve: Float32Array;
  };
  shapes: Record<"lambdas" | "paths" | "used" | "truth" | "zeros" | "near" | "training" | "test" | "validated" | "moments" | "over_steps" | "x" | "y" | "grid" | "curve" | "true_curve", number[]>;
  rows: {
    validated: Record<"mean" | "standard error", Float32Array>;
  };
}

export interface CrossEntropyFrame {
  header: {
    step: number;
    /** L, the expected calibration errors */
    calibration: number[];
    tested: number;
    /** of one network */
    parameters: number;
  };
  arrays: {
    /** [T] */
    steps: Float64Array;
    /** [L, 7, T] */
    history: Float32Array;
    /** [L, 3, S] of test */
    scores: Float64Array;
    /** [L, S] last gradient's norm */
    slopes: Float64Array;
    /** [L, B] */
    counts: Int32Array;
    /** [L, B] mean; NaN: no digit */
    confidence: Float32Array;
    /** [L, B] */
    right: Float32Array;
    /** [L, W, 64], 0 to 16 */
    pictures: Uint8Array;
    /** [L, W] */
    labels: Uint8Array;
    /** [L, W, 10] */
    probabilities: Float32Array;
    /** [L, W] -log q(true), nats */
    losses: Float32Array;
    /** [L, W] nats */
    entropies: Float32Array;
  };
  shapes: Record<"steps" | "history" | "scores" | "slopes" | "counts" | "confidence" | "right" | "pictures" | "labels" | "probabilities" | "losses" | "entropies", number[]>;
  rows: {
    history: Record<"cross-entropy" | "brier", Record<"accuracy low" | "accuracy" | "accuracy high" | "nats low" | "nats" | "nats high" | "gradient norm", Float32Array>>;
    scores: Record<"cross-entropy" | "brier", Record<"accuracy" | "nats" | "brier", Float64Array>>;
    slopes: Record<"cross-entropy" | "brier", Float64Array>;
    counts: Record<"cross-entropy" | "brier", Int32Array>;
    confidence: Record<"cross-entropy" | "brier", Float32Array>;
    right: Record<"cross-entropy" | "brier", Float32Array>;
    pictures: Record<"cross-entropy" | "brier", Uint8Array>;
    labels: Record<"cross-entropy" | "brier", Uint8Array>;
    probabilities: Record<"cross-entropy" | "brier", Float32Array>;
    losses: Record<"cross-entropy" | "brier", Float32Array>;
    entropies: Record<"cross-entropy" | "brier", Float32Array>;
  };
}

export interface PretextFrame {
  header: {
    step: number;
    task: "rotation" | "patch" | "color" | "regression" | "masked" | "order" | "sort" | "speed" | "frame" | "simclr" | "supervised";
    start: string;
    /** step; -1: not yet */
    asked_at: number;
    /** done and all of the newest measurement */
    asked_parts: [number, number];
    /** as `asked_parts` */
    tuned_parts: [number, number];
    /** whether the weights of `tuned` "imagenet" are installed */
    imagenet: boolean;
    labeled: boolean;
    /** steps */
    epoch: number;
    batch: number;
    /** pictures, or clips */
    learned_from: number;
    /** pictures with answers */
    tested: number;
  };
  arrays: {
    /** [T] */
    steps: Float64Array;
    /** [2, T] */
    history: Float32Array;
    /** [U] */
    probe_steps: Float64Array;
    /** [2, U] */
    probes: Float32Array;
    /** [N, C] probabilities of the puzzles; C 0: no class is answered */
    scores: Float32Array;
    /** [D, 3, 32, 32]; D 0: no picture is answered */
    painted: Uint8Array;
    /** [C, C] held-out puzzles: true answer, answer; C 0 as above */
    confusion: Int32Array;
    /** [P, K] */
    neighbors: Uint8Array;
    /** [P, K] of the untrained encoder */
    neighbors_before: Uint8Array;
    /** [2, 5, B, 3] */
    asked: Float32Array;
    /** [5] */
    guessing: Float32Array;
    /** [2, 4] for the class */
    depth: Float32Array;
    /** [4, 5, B, 3] as `asked` */
    tuned: Float32Array;
    /** [5] steps; -1: not yet */
    tuned_at: Int32Array;
  };
  shapes: Record<"steps" | "history" | "probe_steps" | "probes" | "scores" | "painted" | "confusion" | "neighbors" | "neighbors_before" | "asked" | "guessing" | "depth" | "tuned" | "tuned_at", number[]>;
  rows: {
    history: Record<"loss" | "accuracy", Float32Array>;
    probes: Record<"many" | "few", Float32Array>;
    asked: Record<"untrained" | "pretext", Record<"class" | "place" | "size" | "count" | "cells", Float32Array>>;
    guessing: Record<"class" | "place" | "size" | "count" | "cells", number>;
    depth: Record<"untrained" | "pretext", Record<"stem" | "first block" | "second block" | "last layer", number>>;
    tuned: Record<"probe" | "imagenet" | "scratch" | "tuned", Record<"class" | "place" | "size" | "count" | "cells", Float32Array>>;
    tuned_at: Record<"class" | "place" | "size" | "count" | "cells", number>;
  };
}

export interface WordsFrame {
  header: {
    step: number;
    /** by the most frequent word */
    frequent_right: number;
    frequent_loss: number;
    grammar_right: number;
    grammar_loss: number;
    /** of the visitor's sentence */
    words: string[];
    /** whether the corpus has them */
    known: boolean[];
    /** which of them is hidden; -1: there is none */
    gap: number;
    /** 5 */
    top: string[];
    /** 5, by frequency alone */
    frequent: string[];
    /** sentences held out */
    examples: string[];
    /** sentences */
    learned_from: number;
    /** gaps */
    tested: number;
  };
  arrays: {
    /** [T] */
    steps: Float64Array;
    /** [2, T] */
    history: Float32Array;
    /** [5] of those */
    probabilities: Float32Array;
    /** [5] of those; all 0 where the grammar has no such sentence */
    by_grammar: Float32Array;
    /** [5] of those */
    frequencies: Float32Array;
  };
  shapes: Record<"steps" | "history" | "probabilities" | "by_grammar" | "frequencies", number[]>;
  rows: {
    history: Record<"loss" | "accuracy", Float32Array>;
  };
}

export interface PairsFrame {
  header: {
    step: number;
    /** what the similarities are multiplied by before the softmax */
    scale: number;
    /** N */
    captions: string[];
    /** P, of words that the corpus has or not */
    prompts: string[];
    /** words of the prompts that no caption has */
    unknown: string[];
    /** share of the pictures of the classes that the prompts name; -1: no test */
    prompts_right: number;
    /** classes that the prompts name */
    prompts_classes: number;
    /** pictures */
    prompts_tested: number;
    /** of zero-shot accuracy with all classes */
    chance: number;
    /** held-out pairs whose loss is in the history */
    batch: number;
    /** pairs */
    learned_from: number;
    /** pictures */
    tested: number;
  };
  arrays: {
    /** [T] */
    steps: Float64Array;
    /** [3, T] */
    history: Float32Array;
    /** [N, N] cosines: a row for each picture, a column a text */
    similarities: Float32Array;
    /** [N, 3, 32, 32] */
    pictures: Uint8Array;
    /** [N, P] probability of each prompt for each picture */
    prompted: Float32Array;
  };
  shapes: Record<"steps" | "history" | "similarities" | "pictures" | "prompted", number[]>;
  rows: {
    history: Record<"loss" | "matched" | "zero-shot", Float32Array>;
  };
}

export interface ScaleFrame {
  header: {
    step: number;
    /** C, of pictures without labels */
    counts: number[];
    width: string;
    /** of the training that goes on; None before its first step */
    loss: number | null;
    /** trainings */
    done: number;
    /** steps of a training */
    each: number;
    /** pictures */
    tested: number;
  };
  arrays: {
    /** [C, B] for the class; NaN: not measured yet */
    accuracy: Float32Array;
  };
  shapes: Record<"accuracy", number[]>;
  rows: {
  };
}

export interface ContrastiveFrame {
  header: {
    step: number;
    /** of similarities and places: z or h */
    space: string;
    /** 2, of the variance on either axis */
    shares: number[];
    /** the chosen view */
    row: number;
    /** MoCo: the chosen view's similarity to its picture's other view */
    positive_key: number | null;
    /** queries of the last step with an older key of their picture in the queue */
    repeated: number;
    changes_step: number;
    /** pictures */
    tested: number;
    /** done and all of the newest probe */
    probed_parts: [number, number];
    supervised_parts: [number, number];
    tuned_parts: [number, number];
    /** of each training with labels */
    label_steps: number;
    /** what is tested on */
    held_out: boolean;
    /** -1 before that */
    map_step: number;
    map_space: string;
    method: string;
    /** N */
    batch: number;
    /** of z */
    width: number;
    /** the loss where nothing can be told apart */
    chance: number | null;
    /** steps */
    epoch: number;
    labeled: boolean;
  };
  arrays: {
    /** [T] */
    steps: Float64Array;
    /** [9, T] */
    history: Float32Array;
    /** [2L, 2L] cosines */
    similarities: Float32Array;
    /** [P, 2] */
    places: Float32Array;
    /** [P, K] by h */
    neighbors: Uint8Array;
    /** [P, K] their similarities */
    near: Float32Array;
    /** [P, 2], of the untrained encoder's h */
    places_before: Float32Array;
    /** [P, K] */
    neighbors_before: Uint8Array;
    /** [P, K] */
    near_before: Float32Array;
    /** [2, B]; NaN at step 0 */
    histograms: Float32Array;
    /** [Q] and to the keys in the queue, newest first */
    keys: Float32Array;
    /** [S, 3, 16, 16] pictures of the newest keys */
    queue: Uint8Array;
    /** [R] the most similar of `keys` */
    hardest: Int32Array;
    /** [R, 3, 16, 16] */
    hardest_pictures: Uint8Array;
    /** [2] SimSiam: cosine of a prediction and the other view's z */
    predicted: Float32Array;
    /** [3, A] of h, changed */
    changes: Float32Array;
    /** [3, A] */
    changes_before: Float32Array;
    /** [2] of different pictures */
    apart: Float32Array;
    /** [W, U, 3] accuracy */
    accuracies: Float32Array;
    /** [W] accuracy of the neighbors' vote */
    votes: Float32Array;
    /** [W] -1: not measured */
    measured_at: Int32Array;
    /** [3, 4] accuracy */
    known: Float32Array;
    /** [4] most frequent answer */
    guessing: Float32Array;
    /** [P, 2] t-SNE, where it was asked for; else empty */
    map: Float32Array;
  };
  shapes: Record<"steps" | "history" | "similarities" | "places" | "neighbors" | "near" | "places_before" | "neighbors_before" | "near_before" | "histograms" | "keys" | "queue" | "hardest" | "hardest_pictures" | "predicted" | "changes" | "changes_before" | "apart" | "accuracies" | "votes" | "measured_at" | "known" | "guessing" | "map", number[]>;
  rows: {
    history: Record<"loss" | "positive" | "negative" | "alignment" | "uniformity" | "spread" | "hits" | "drift" | "floor", Float32Array>;
    histograms: Record<"positive" | "negative", Float32Array>;
    changes: Record<"occlude" | "rotate" | "recolor", Float32Array>;
    changes_before: Record<"occlude" | "rotate" | "recolor", Float32Array>;
    apart: Record<"now" | "before", number>;
    accuracies: Record<"random" | "h" | "z" | "supervised" | "fine-tuned", Float32Array>;
    votes: Record<"random" | "h" | "z" | "supervised" | "fine-tuned", number>;
    measured_at: Record<"random" | "h" | "z" | "supervised" | "fine-tuned", number>;
    known: Record<"random" | "h" | "z", Record<"class" | "brightness" | "color" | "turn", number>>;
    guessing: Record<"class" | "brightness" | "color" | "turn", number>;
  };
}

export interface TrialsFrame {
  header: {
    step: number;
    /** X */
    names: string[][];
    done: number;
    total: number;
    trial_steps: number;
    learned_from: number;
    batch: number;
    classes: number;
    /** T of each operation alone, to draw it */
    operations: Record<string, Record<string, number>>;
  };
  arrays: {
    /** [X, R, 2] linear probe on h, on z; NaN for not yet */
    accuracy: Float32Array;
    /** [R] of the untrained encoder */
    baseline: Float32Array;
  };
  shapes: Record<"accuracy" | "baseline", number[]>;
  rows: {
  };
}

export interface DetectorsFrame {
  header: {
    step: number;
    form: string;
    /** 1 to 4 where the parts of two stages alternate, 0: all at once */
    part: number;
    /** of a scene, pixels */
    side: number;
    /** of the feature map, a side */
    cells: number;
    scene: number;
    /** whether a step has been done */
    sampled: boolean;
    /** anchors that could have trained and did not */
    left: number;
    /** anchors of a scene, the mean of the step's; -1: not this form */
    easy: number;
    /** their share of the cross-entropy over all anchors */
    easy_plain: number;
    /** their share with the factor (1 - p)^gamma */
    easy_focal: number;
    held_out: number;
    /** that it learns from */
    scenes: number;
    /** held-out scenes that are measured */
    tested: number;
    classes: string[];
  };
  arrays: {
    /** [T] */
    steps: Float64Array;
    /** [8, T]; NaN: not trained then */
    history: Float32Array;
    /** [U] */
    score_steps: Float64Array;
    /** [3, U] */
    scores: Float32Array;
    /** [G, 4] */
    truth: Float32Array;
    /** [P, 4] */
    positive: Float32Array;
    /** [Q, 4] */
    negative: Float32Array;
    /** [I, 4] */
    ignored: Float32Array;
    /** [R, 4] */
    rois: Float32Array;
    /** [R]: 0 the background, else class + 1 */
    roi_labels: Int32Array;
    /** [O] cells, row by row */
    responsible: Int32Array;
    /** [O, 4] */
    responsible_boxes: Float32Array;
    /** [H, 4] */
    held_out_truth: Float32Array;
    /** [H] */
    held_out_labels: Int32Array;
    /** [K, 4], best first */
    found: Float32Array;
    /** [K] */
    found_scores: Float32Array;
    /** [K] */
    found_labels: Int32Array;
    /** [M, 4], best first */
    proposals: Float32Array;
  };
  shapes: Record<"steps" | "history" | "score_steps" | "scores" | "truth" | "positive" | "negative" | "ignored" | "rois" | "roi_labels" | "responsible" | "responsible_boxes" | "held_out_truth" | "held_out_labels" | "found" | "found_scores" | "found_labels" | "proposals", number[]>;
  rows: {
    history: Record<"rpn class" | "rpn box" | "head class" | "head box" | "class" | "box" | "object" | "nothing", Float32Array>;
    scores: Record<"ap50" | "recall" | "proposals", Float32Array>;
  };
}
