/**
 * Distributions, logits and losses while a finger drags: the twin of models/information.py and
 * models/losses.py (a test compares them). In nats; a lab divides by log 2 for bits. Pure.
 */

/** @typedef {readonly number[]} Row */

/** @param {Row} values */
export const sum = (values) => values.reduce((total, v) => total + v, 0);

/** -log p; infinite at 0. @param {number} p */
export const information = (p) => (p === 1 ? 0 : -Math.log(p));

/** -p log q: 0 where p is 0, infinite where only q is 0. @param {Row} p @param {Row} q */
export const crossEntropyTerms = (p, q) =>
  p.map((share, i) => (share === 0 ? 0 : share * information(q[i] ?? 0)));

/** @param {Row} p @param {Row} q */
export const crossEntropy = (p, q) => sum(crossEntropyTerms(p, q));

/** @param {Row} p */
export const entropy = (p) => crossEntropy(p, p);

/** p log(p / q); a term may be negative, the sum is not. @param {Row} p @param {Row} q */
export const klTerms = (p, q) =>
  p.map((share, i) => (share === 0 || share === q[i] ? 0 : share * (Math.log(share) - Math.log(q[i] ?? 0))));

/** @param {Row} p @param {Row} q */
export const kl = (p, q) => sum(klTerms(p, q));

/** Outcomes that p has and q calls impossible. @param {Row} p @param {Row} q */
export const denied = (p, q) => p.flatMap((share, i) => (share > 0 && q[i] === 0 ? [i] : []));

/**
 * Information of two events and of both at once.
 * @param {{event: number, given: number, otherwise: number}} chances P(A), P(B | A), P(B | not A)
 * @param {number} unit nats in a unit
 */
export function twoEvents({ event, given, otherwise }, unit) {
  const shares = { a: event, b: event * given + (1 - event) * otherwise, both: event * given };
  const [a, b, both] = [shares.a, shares.b, shares.both].map((share) => information(share) / unit);
  return { a: a ?? NaN, b: b ?? NaN, both: both ?? NaN, shares };
}

// --- Distributions under a finger -------------------------------------------------------------------

/** @param {number} count */
export const uniform = (count) => Array.from({ length: count }, () => 1 / count);

/** @param {Row} weights not negative @returns {number[]} summing to 1; uniform if all are 0 */
export function normalized(weights) {
  const total = sum(weights);
  return total > 0 ? weights.map((w) => w / total) : uniform(weights.length);
}

/**
 * Outcome `i` takes `share`; the others keep their proportions and sum to the rest. Where they are
 * all 0, they share the rest evenly.
 * @param {Row} p
 * @param {number} i
 * @param {number} share in [0, 1]
 */
export function withShare(p, i, share) {
  const mine = Math.min(Math.max(share, 0), 1);
  const others = 1 - (p[i] ?? 0);
  return p.map((value, j) => {
    if (j === i) return mine;
    return (1 - mine) * (others > 1e-9 ? value / others : 1 / (p.length - 1));
  });
}

const NEAR = 0.005; // half a step of a bar: a pointer that is so near its start is back there

/**
 * A hand on the bars of a distribution. While it moves one bar and nothing else changes the row, the
 * others keep the proportions of the beginning, even where the bar has taken everything meanwhile.
 * @returns {(text: string, i: number, share: number) => string} of the row as encoded, the next one
 */
export function grip() {
  /** @type {{i: number, start: Row, text: string, left: string} | null} */
  let held = null;
  return (text, i, share) => {
    if (held?.i !== i || held.left !== text)
      held = { i, start: normalized(decode(text, 0, 1) ?? [1, 0]), text, left: text };
    const back = Math.abs(share - (held.start[i] ?? 0)) <= NEAR + 1e-9;
    held.left = back ? held.text : encode(withShare(held.start, i, share));
    return held.left;
  };
}

/**
 * The first `count` outcomes in their proportions; a new one gets an even share.
 * @param {Row} p
 * @param {number} count
 */
export function resized(p, count) {
  const kept = p.slice(0, count);
  const scale = kept.length / count;
  const rest = Array.from({ length: count - kept.length }, () => 1 / count);
  return [...normalized(kept).map((v) => v * scale), ...rest];
}

/** Of heads in `count` - 1 tosses of a fair coin. @param {number} count */
export function binomial(count) {
  const row = [1];
  for (let k = 1; k < count; k++) row.push(((row[k - 1] ?? 0) * (count - k)) / k);
  return normalized(row);
}

/** Four decimals, as they stand in an address. @param {Row} values */
export const encode = (values) => values.map((v) => Number(v.toFixed(4))).join(",");

/**
 * @param {string} text
 * @param {number} low
 * @param {number} high
 * @returns {number[] | null} 2 to 10 numbers, else null
 */
export function decode(text, low, high) {
  const values = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  const sane = values.length >= 2 && values.length <= 10 && values.every((v) => v >= low && v <= high);
  return sane ? values : null;
}

// --- Logits -----------------------------------------------------------------------------------------

/** @param {Row} z */
function logSumExp(z) {
  const top = Math.max(...z);
  return top + Math.log(sum(z.map((v) => Math.exp(v - top))));
}

/** @param {Row} z @param {number} [temperature] */
function logSoftmax(z, temperature = 1) {
  const scaled = z.map((v) => v / temperature);
  const all = logSumExp(scaled);
  return scaled.map((v) => v - all);
}

/** @param {Row} z @param {number} [temperature] */
export const softmax = (z, temperature = 1) => logSoftmax(z, temperature).map(Math.exp);

/**
 * As one writes it first: NaN once an exponential overflows or all vanish.
 * @param {Row} z
 * @param {number} [temperature]
 */
export function naiveSoftmax(z, temperature = 1) {
  const powers = z.map((v) => Math.exp(v / temperature));
  const total = sum(powers);
  return powers.map((v) => v / total);
}

/**
 * −Σ y log q of the naive softmax; 0 where y is 0.
 * @param {Row} z
 * @param {Row} y
 * @param {number} [temperature]
 */
export const naiveLoss = (z, y, temperature = 1) => crossEntropy(y, naiveSoftmax(z, temperature));

/**
 * Why the naive softmax or its loss is no number: an exponential is infinite, all of them are 0, or
 * the one of a target is 0 and the loss infinite.
 * @param {Row} z
 * @param {Row} y
 * @param {number} [temperature]
 * @returns {"overflow" | "vanished" | "underflow" | null}
 */
export function naiveTrouble(z, y, temperature = 1) {
  const powers = z.map((v) => Math.exp(v / temperature));
  if (sum(powers) === Infinity) return "overflow";
  if (sum(powers) === 0) return "vanished";
  return naiveLoss(z, y, temperature) === Infinity ? "underflow" : null;
}

/** @param {number} target @param {number} classes @param {number} smoothing */
export const smoothed = (target, classes, smoothing) =>
  Array.from({ length: classes }, (_, i) => (i === target ? 1 - smoothing : 0) + smoothing / classes);

/** @param {Row} z @param {Row} y @param {number} [temperature] */
export const lossOfLogits = (z, y, temperature = 1) =>
  -sum(logSoftmax(z, temperature).map((v, i) => (y[i] ?? 0) * v));

/** (q - y) / T. @param {Row} z @param {Row} y @param {number} [temperature] */
export const slopeOfLogits = (z, y, temperature = 1) =>
  softmax(z, temperature).map((q, i) => (q - (y[i] ?? 0)) / temperature);

/** @param {number} z */
export const sigmoid = (z) => (z >= 0 ? 1 : Math.exp(z)) / (1 + Math.exp(-Math.abs(z)));

/** log(1 + exp z). @param {number} z */
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** Of a sample of class 1: -log sigmoid(z), and its slope. @param {number} z */
export const binaryCrossEntropy = (z) => ({ loss: softplus(-z), slope: -sigmoid(-z) });

/** (1 - sigmoid(z))², and its slope. @param {number} z */
export const binarySquared = (z) => ({ loss: sigmoid(-z) ** 2, slope: -2 * sigmoid(-z) ** 2 * sigmoid(z) });
