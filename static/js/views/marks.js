/**
 * The dictionary of colors and marks: one look for one meaning, on every page. Each has its token in
 * tokens.css, and a width, dash, shape or letter of its own, so that color is never alone. No other module
 * names these tokens.
 */

/** @typedef {import("./shapes.js").Shape} Shape */

// --- Boxes on a photo ----------------------------------------------------------------------------------

/**
 * @typedef {object} Mark
 * @property {string} color a token
 * @property {number} width CSS pixels
 * @property {number[]} [dash]
 * @property {number} [alpha]
 * @property {number} [fill] opacity of the inside
 */

/** @type {Record<string, Mark>} */
export const MARKS = {
  anchor: { color: "--mark-anchor", width: 1.75, dash: [7, 5] },
  candidate: { color: "--mark-candidate", width: 1.25, alpha: 0.9 },
  pending: { color: "--mark-candidate", width: 1.25, alpha: 0.9 },
  kept: { color: "--mark-kept", width: 2.5 },
  decoded: { color: "--mark-kept", width: 2.5 },
  suppressed: { color: "--mark-suppressed", width: 1, dash: [4, 3], alpha: 0.65 },
  victim: { color: "--mark-suppressed", width: 2, dash: [6, 3] },
  suppressor: { color: "--mark-kept", width: 4, fill: 0.15 },
  truth: { color: "--mark-truth", width: 2.5, dash: [10, 3] },
  chosen: { color: "--mark-chosen", width: 3.5, fill: 0.12 },
  positive: { color: "--mark-positive", width: 2, alpha: 0.95 },
  negative: { color: "--mark-negative", width: 0.75, dash: [2, 4], alpha: 0.55 },
  neutral: { color: "--mark-neutral", width: 0.75, dash: [6, 3], alpha: 0.6 },
  first: { color: "--mark-first", width: 3, fill: 0.2 },
  second: { color: "--mark-second", width: 3, dash: [9, 4], fill: 0.2 },
  // A detection beside the truth: what is right about it, and what is wrong.
  right: { color: "--mark-kept", width: 2.5 },
  "wrong-class": { color: "--mark-wrong-class", width: 2.5, dash: [10, 3] },
  misplaced: { color: "--mark-misplaced", width: 2.5, dash: [6, 4] },
  twice: { color: "--mark-twice", width: 2, dash: [3, 3] },
  "wrong-both": { color: "--mark-wrong-both", width: 2.5, dash: [9, 3, 2, 3] },
  "on-background": { color: "--mark-on-background", width: 2, dash: [2, 4] },
  missed: { color: "--mark-truth", width: 3, dash: [2, 5], fill: 0.12 },
  // What is pooled, and where it is sampled.
  region: { color: "--mark-kept", width: 2.5 },
  sample: { color: "--mark-sample", width: 1.5 },
  cell: { color: "--mark-cell", width: 1, fill: 0.45 },
  edge: { color: "--gray-2", width: 1, dash: [2, 3] },
  divider: { color: "--mark-truth", width: 2 },
};

/** The look of a mark; a name without one is our mistake. @param {string} name */
export function markOf(name) {
  const mark = MARKS[name];
  if (!mark) throw new Error(`no mark ${name}`);
  return mark;
}

/** Objects of one picture that are told apart: areas, one color each. */
export const INSTANCES = [0, 1, 2, 3, 4, 5, 6].map((i) => `--instance-${i}`);

// --- What data is for ----------------------------------------------------------------------------------

/**
 * @typedef {object} Role
 * @property {string} color
 * @property {Shape} shape where no class decides it
 * @property {number[]} dash of its curves
 * @property {"full" | "hollow" | "half"} fill
 */
/**
 * What training, validation and test look like on every page.
 * @type {Record<"train" | "validation" | "test", Role>}
 */
export const ROLES = {
  train: { color: "--role-train", shape: "circle", dash: [], fill: "full" },
  validation: { color: "--role-validation", shape: "diamond", dash: [8, 4], fill: "half" },
  test: { color: "--role-test", shape: "circle", dash: [2, 3], fill: "hollow" },
};

// --- Classes of data, sign, what is compared -----------------------------------------------------------

/** Areas of a class, and its points. */
export const CLASS_COLORS = ["--class-0", "--class-1", "--class-2", "--class-3"];
export const CLASS_POINTS = ["--class-point-0", "--class-point-1", "--class-point-2", "--class-point-3"];
/** @type {Shape[]} */
export const CLASS_SHAPES = ["circle", "triangle", "square", "cross"];

export const SIGN = { positive: "--positive-sign", negative: "--negative-sign" };

/** Methods, conditions and distributions that stand beside each other: neither roles of data nor classes. */
export const VARIANTS = /** @type {const} */ ([
  "--variant-0",
  "--variant-1",
  "--variant-2",
  "--variant-3",
  "--variant-4",
]);
