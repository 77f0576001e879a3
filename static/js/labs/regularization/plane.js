/** Two weights: the surface of the data loss, the diamond and the disc, and the solution that slides. */

import { ApiError, json } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { brief, number, onLanguage, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tell } from "../../core/said.js";
import { plot } from "../../views/plot.js";
import { nearestLambda, zerosOf } from "./math.js";
import { groundOf, layersOf } from "./plane_layers.js";
import { lambdaText } from "./words.js";

/** @typedef {[number, number]} Pair */
/** @typedef {ReturnType<typeof zerosOf>} Zeros */
/**
 * @typedef {{lambdas: number[], trained: number[], hessian: number[][], best: number[], least: number, l1:
 *   number[][], l2: number[][], elastic: number[][], points: number}} Surface
 */
/**
 * @typedef {object} Solved what is drawn
 * @property {Surface} surface
 * @property {import("./plane_layers.js").Ground} ground
 * @property {number} mix of the elastic net
 */

const KINDS = /** @type {const} */ (["l1", "l2"]);

export class PlanePart {
  /** @type {Solved | null} */
  solved = null;
  said = $("[data-plane-said]");
  lambda = /** @type {HTMLInputElement} */ ($("[data-plane-lambda]"));
  between = /** @type {HTMLInputElement} */ ($("[data-between]"));
  views = { l1: view("l1"), l2: view("l2") };

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.query = newest({
      ask: (/** @type {{between: number, mix: number}} */ { between, mix }, signal) =>
        json(`/api/regularization/geometry?correlation=${between}&mix=${mix}`, { signal }),
      show: (/** @type {Surface} */ surface, { mix }) => {
        this.solved = { surface, mix, ground: groundOf(surface) };
        this.draw();
      },
      fail: (error) => {
        if (!(error instanceof ApiError)) throw error;
        tell(this.said, () => error.message);
      },
      follow: true,
    });
    this.lambda.addEventListener("input", () =>
      state.set({ lam: Number((10 ** Number(this.lambda.value)).toPrecision(3)) }),
    );
    this.between.addEventListener("input", () => state.set({ between: Number(this.between.value) }));
    state.subscribe(() => this.follow());
    onLanguage(() => this.follow());
    this.follow();
  }

  follow() {
    const { lam, between, mix } = this.state.values;
    const position = Math.log10(lam);
    if (Math.abs(Number(this.lambda.value) - position) > 0.05) this.lambda.value = String(position);
    this.between.value = String(between);
    if (!this.solved) this.sayLambda(lambdaText(lam));
    $("[data-between-said]").textContent = number(between, 1);
    this.draw();
    this.query.want({ between, mix });
  }

  draw() {
    if (!this.solved) return;
    const { surface, ground, mix } = this.solved;
    const at = placeOf(surface, this.state.values.lam);
    const lambda = lambdaText(surface.lambdas[at] ?? NaN);
    const elastic = this.state.values.penalty === "elastic";
    const paths = { l1: elastic ? surface.elastic : surface.l1, l2: surface.l2 };
    const shares = { l1: elastic ? mix : 1, l2: 0 }; // of L1 in the penalty
    this.sayLambda(lambda);
    for (const kind of KINDS) {
      const path = paths[kind];
      this.views[kind].update({
        layers: layersOf(surface, ground, { path, at, share: shares[kind] }),
        x: ground.x,
        y: ground.y,
        summary: summaryOf(surface, path[at], lambda),
      });
    }
    this.said.textContent = sentences([
      saySolutions(elastic, lambda, paths.l1[at], paths.l2[at]),
      ...sayZeros(zerosOf(surface.lambdas, paths.l1), zerosOf(surface.lambdas, paths.l2)),
    ]);
  }

  /** @param {string} lambda */
  sayLambda(lambda) {
    $("[data-plane-lambda-said]").textContent = lambda;
    this.lambda.setAttribute("aria-valuetext", lambda);
  }
}

/** @param {"l1" | "l2"} kind */
function view(kind) {
  const made = plot($(`[data-plane=${kind}]`), {
    x: [-1, 2],
    y: [-1, 2],
    square: true,
    xLabel: "θ₁",
    yLabel: "θ₂",
  });
  const summary = kind === "l1" ? t("Two weights: L1 and its diamond") : t("Two weights: L2 and its disc");
  made.update({ layers: [], summary }); // until there is a surface
  return made;
}

/**
 * The chosen λ is one that the page's runs train; the paths between are finer.
 * @param {Surface} surface
 * @param {number} lam
 */
const placeOf = ({ trained, lambdas }, lam) =>
  trained[
    nearestLambda(
      trained.map((k) => lambdas[k] ?? NaN),
      lam,
    )
  ] ?? 0;

// --- What is said -------------------------------------------------------------------------------------

/** @param {Surface} surface @param {number[] | undefined} solution @param {string} lambda */
function summaryOf({ best }, solution, lambda) {
  const [a = 0, b = 0] = solution ?? [];
  const [c = 0, d = 0] = best;
  return t(
    "Lines of equal data loss over two weights. At λ = {lambda} the solution is {a}, {b}; least squares is {c}, {d}.",
    { lambda, a: number(a, 3), b: number(b, 3), c: number(c, 3), d: number(d, 3) },
  );
}

/**
 * @param {boolean} elastic
 * @param {string} lambda
 * @param {number[] | undefined} left the solution under L1, or of the elastic net
 * @param {number[] | undefined} right under L2
 */
function saySolutions(elastic, lambda, left, right) {
  const pair = (/** @type {number[]} */ [a = 0, b = 0] = []) => `(${brief(a)}, ${brief(b)})`;
  const values = { lambda, l1: pair(left), l2: pair(right) };
  return elastic
    ? t("At λ = {lambda} the elastic net has {l1}, L2 has {l2}.", values)
    : t("At λ = {lambda} L1 has {l1}, L2 has {l2}.", values);
}

/** Which weights are zero, and where. @param {Zeros} left @param {Zeros} right */
function sayZeros(left, right) {
  const list = (/** @type {Zeros} */ zeros) => zeros.map(zeroText).join(t("; "));
  return [
    left.length
      ? t("On the left, exactly zero: {list}.", { list: list(left) })
      : t("On the left no weight becomes zero."),
    left.some((zero) => !zero.passes) ? t("There the line of equal loss meets the region in a corner.") : "",
    right.length
      ? t("On the right a weight is zero only in passing, where its sign changes: {list}.", {
          list: list(right),
        })
      : t("On the right no weight is ever exactly zero."),
  ];
}

/** @param {Zeros[number]} zero */
function zeroText({ weight, first, last, stays }) {
  const values = { name: weight ? "θ₂" : "θ₁", first: lambdaText(first), last: lambdaText(last) };
  if (stays) return t("{name} from λ = {first} on", values);
  return values.first === values.last
    ? t("{name} close to λ = {first}", values)
    : t("{name} from λ = {first} to {last}", values);
}
