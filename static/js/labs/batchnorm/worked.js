/** One unit on one batch, number by number. */

import { $ } from "../../core/dom.js";
import { brief, number, plain, sentences, t } from "../../core/i18n.js";
import { fillTable } from "../../core/table.js";
import { say, showWorked } from "./words.js";

/** @typedef {import("./layers.js").Bn} Bn */
/** @typedef {import("./unit.js").Normalized} Normalized */

const SHOWN = 6; // points in the table

/** @param {Bn} frame @param {Normalized} unit */
export function showUnit(frame, unit) {
  showWorked($("[data-worked]"), workedLines(unit, frame.header.eps));
  fillTable($("[data-batch-table]"), [t("point"), "x", "x − E", "x̂", "y"], rowsOf(unit));
  say("[data-unit-said]", sentences([sayMode(unit), sayApart(frame)]));
  say("[data-live-unit]", sayFirst(unit));
}

/** A factor or term, in brackets where it is negative. @param {number} v */
const bracket = (v) => (v < 0 ? `(${brief(v)})` : brief(v));

/** The first point's way, a line a step. @param {Normalized} unit @param {number} eps */
function workedLines({ x, xHat, y, mean, variance, gamma, beta, evaluating }, eps) {
  const [x1 = NaN, h1 = NaN, y1 = NaN] = [x[0], xHat[0], y[0]];
  const count = x.length;
  const root = brief(Math.sqrt(variance + eps));
  const meanWords = t("sum of {count} values / {count} = {mean}", { count, mean: brief(mean) });
  const variesWords = t("sum of squared distances / {count} = {variance}", {
    count,
    variance: brief(variance),
  });
  /** @type {[string, string][]} */
  const lines = [
    evaluating ? [t("running mean"), `μ = ${brief(mean)}`] : ["E[x]", meanWords],
    evaluating ? [t("running variance"), `σ² = ${brief(variance)}`] : ["Var[x]", variesWords],
    ["√(Var + ε)", `√(${brief(variance)} + ${plain(eps)}) = ${root}`],
    ["x̂₁", `(${brief(x1)} − ${bracket(mean)}) / ${root} = ${brief(h1)}`],
    ["y₁", `${brief(gamma)} · ${bracket(h1)} + ${bracket(beta)} = ${brief(y1)}`],
  ];
  return lines;
}

/** The first points. @param {Normalized} unit */
const rowsOf = ({ x, xHat, y, mean }) =>
  Array.from(x.subarray(0, SHOWN), (v, i) => [
    String(i + 1),
    number(v, 3),
    number(v - mean, 3),
    number(xHat[i] ?? NaN, 3),
    number(y[i] ?? NaN, 3),
  ]);

/** What the mode makes of x̂. @param {Normalized} unit */
function sayMode({ x, xHat, evaluating }) {
  const mean = brief(Array.from(xHat).reduce((sum, v) => sum + v, 0) / xHat.length);
  if (x.length === 1)
    return evaluating
      ? t(
          "Eval mode: the running statistics take the place of the batch’s, so even with one point x̂ depends on x; here it is {mean}.",
          { mean },
        )
      : t("A batch of one: its value is its own mean, so x̂ is 0 whatever x is.");
  return evaluating
    ? t(
        "Eval mode: the same x with the running statistics. The mean of x̂ is {mean}, not 0, and a point’s x̂ no longer depends on its neighbors.",
        { mean },
      )
    : t(
        "Train mode: x̂ has mean 0 and variance 1 over this batch, so each point’s x̂ depends on all the others.",
      );
}

/** How much x̂ differs between the modes. @param {Bn} frame */
function sayApart(frame) {
  const { batch: train, running: evaluated } = frame.rows.batch;
  const apart = Math.max(...Array.from(train, (v, i) => Math.abs(v - (evaluated[i] ?? NaN))));
  return t("Between the two modes x̂ differs by up to {apart}.", { apart: brief(apart) });
}

/** @param {Normalized} unit */
const sayFirst = ({ xHat, y, gamma, beta }) =>
  t("now {gamma} · {x} + {beta} = {y}", {
    gamma: brief(gamma),
    x: bracket(xHat[0] ?? NaN),
    beta: bracket(beta),
    y: brief(y[0] ?? NaN),
  });
