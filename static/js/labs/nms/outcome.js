/**
 * What NMS leaves of the boxes on show: worked out anew only when what it depends on has changed. No DOM
 * here.
 */

import { keptCurve, prefix, resultAt, softResult, softScore, undecided } from "./result.js";
import { curveWords } from "./words.js";

/** @typedef {import("./source.js").Scene} Scene */
/** @typedef {import("./result.js").Result} Result */
/** @typedef {import("./result.js").Sweep} Sweep */
/**
 * @typedef {object} Curve boxes kept at every threshold, as the chart takes them
 * @property {Sweep} of
 * @property {number} count of boxes that take part
 * @property {[number[], number[]]} columns
 * @property {number} marker
 * @property {string} summary
 */

/** @type {Result} */
const NOTHING = { kept: [], suppressed: [], suppressor: new Int32Array(), takingPart: [] };

export class Outcome {
  /** @type {Result} */
  result = NOTHING;
  /** @type {Curve | null} */
  curve = null;
  /** @type {Scene | null} */
  scene = null;
  /** @type {unknown[]} what `result` and `curve` were worked out from */
  from = [];

  /** What it says is said anew, in another language. */
  forget() {
    this.from = [];
  }

  /** @param {Scene} scene @param {Record<string, any>} values of the page's state */
  follow(scene, values) {
    this.scene = scene;
    const { problem, sweep, soft, refused } = scene;
    const { iou_threshold, score_threshold, top_n } = values;
    const from = [problem.scores, sweep, soft, refused, iou_threshold, score_threshold, top_n];
    if (from.every((one, i) => one === this.from[i])) return;
    this.from = from;
    const count = sweep ? prefix(sweep, problem.scores, score_threshold, top_n) : 0;
    if (soft) this.result = softResult(soft, problem.scores.length);
    else if (sweep && refused) this.result = undecided(sweep, count);
    else this.result = sweep ? resultAt(sweep, iou_threshold, count) : NOTHING;
    this.curve = sweep && this.curveOf(sweep, count, iou_threshold);
  }

  /**
   * The same columns again if they are of the same boxes: the chart then only moves its marker.
   * @param {Sweep} sweep
   * @param {number} count
   * @param {number} threshold
   * @returns {Curve}
   */
  curveOf(sweep, count, threshold) {
    const known = this.curve?.of === sweep && this.curve.count === count;
    const kept = known && this.curve ? this.curve.columns[1] : keptCurve(sweep, count);
    const columns = /** @type {Curve["columns"]} */ (
      known && this.curve ? this.curve.columns : [kept.map((_, i) => i / 100), kept]
    );
    return { of: sweep, count, columns, marker: threshold, summary: curveWords(kept, threshold, count) };
  }

  /** The score that NMS left a box. @param {number} index */
  scoreOf(index) {
    const { soft, problem } = this.scene ?? {};
    return (soft ? softScore(soft, index) : undefined) ?? problem?.scores[index] ?? 0;
  }
}
