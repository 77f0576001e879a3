/** How well a representation transfers: accuracies with few labels and with many, as a chart and a table. */

import { h } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { chart } from "../views/chart.js";
import { EARLIER_LOOKS } from "./earlier.js";
import { shareText } from "./percent.js";

/** @typedef {import("./earlier.js").Earlier} Earlier */
/**
 * @typedef {object} Look of one kind of features, or of training
 * @property {string} of what is measured: the name of its row
 * @property {string} name
 * @property {string} color
 * @property {number[]} [dash]
 * @property {import("../views/shapes.js").Shape} shape
 */
/**
 * @typedef {object} Measured
 * @property {Record<string, ArrayLike<number>>} accuracies of each look, [COUNT, 3]: mean less a deviation,
 *   mean, and more
 * @property {Record<string, number>} votes of each look, accuracy of a vote of the nearest neighbors
 * @property {Earlier[]} earlier
 * @property {string} summary
 */

const BUDGETS = [1, 5, 10, 100]; // labels per class
const COUNT = BUDGETS.length + 1; // all labels, too
export const ALL = COUNT - 1; // the place of all labels
export const FEW = 2; // the place of the budget that sentences are about
const BESIDE = 250; // where “all labels” stands on the axis

/**
 * Mean accuracy over draws of the labels.
 * @param {ArrayLike<number> | undefined} accuracies
 * @param {number} budget place of the number of labels
 */
export const meanOf = (accuracies, budget) => accuracies?.[budget * 3 + 1] ?? NaN;

/**
 * @param {{chart: HTMLElement, table: HTMLElement}} roots
 * @param {() => {looks: Look[], caption: string}} optionsOf it, in the language of now; `caption` of the
 *   table
 */
export function transferView(roots, optionsOf) {
  const curves = chart(roots.chart, () => ({
    x: t("labels per class"),
    y: t("test accuracy"),
    height: 260,
    xScale: "log",
    xRange: [0.9, 320],
    yRange: [0, 1.02],
    lines: linesOf(optionsOf().looks, []),
    bands: optionsOf().looks.map(({ color }, i) => ({ between: bandOf(i), color, alpha: 0.14 })),
  }));
  let linesShown = "";
  return {
    /** @param {Measured} measured */
    update(measured) {
      const { looks, caption } = optionsOf();
      const lines = linesOf(looks, measured.earlier);
      const text = JSON.stringify(lines);
      curves.update({
        columns: columnsOf(looks, measured),
        summary: measured.summary,
        marks: [{ x: BESIDE, label: t("all") }],
        ...(text !== linesShown && { lines }),
      });
      linesShown = text;
      roots.table.replaceChildren(
        h("caption", {}, caption),
        h("thead", {}, headOfTable()),
        h("tbody", {}, ...rowsOf(looks, measured)),
      );
    },
  };
}

/** Columns of the chart between which a band lies. @param {number} i @returns {[number, number]} */
const bandOf = (i) => [3 * i, 3 * i + 2];

/**
 * Lines of the chart: with their bands those of this run, then the means of earlier ones.
 * @param {Look[]} looks
 * @param {Earlier[]} earlier
 */
const linesOf = (looks, earlier) => [
  ...looks.flatMap((look) => [
    { ...look, name: `${look.name} −`, quiet: true },
    { ...look, digits: 3 },
    { ...look, name: `${look.name} +`, quiet: true },
  ]),
  ...earlier.map((one, i) => ({
    name: one.name,
    ...EARLIER_LOOKS[i % EARLIER_LOOKS.length],
    color: "--gray-1",
    digits: 3,
    hollow: true,
  })),
];

/** @param {Look[]} looks @param {Measured} measured */
function columnsOf(looks, { accuracies, earlier }) {
  const own = looks.flatMap(({ of }) =>
    [0, 1, 2].map((k) =>
      Array.from({ length: COUNT }, (_, budget) => Number(accuracies[of]?.[budget * 3 + k])),
    ),
  );
  return [[...BUDGETS, BESIDE], ...own, ...earlier.map((one) => one.means)];
}

const headOfTable = () =>
  h(
    "tr",
    {},
    h("th", { scope: "col" }, t("features")),
    ...[...BUDGETS.map((n) => number(n, 0)), t("all")].map((name) => h("th", { scope: "col" }, name)),
    h("th", { scope: "col" }, t("neighbors")),
  );

/** @param {Look[]} looks @param {Measured} measured */
const rowsOf = (looks, { accuracies, votes, earlier }) => [
  ...looks.map(({ of, name }) => rowOf(name, meansOf(accuracies[of]), votes[of])),
  ...earlier.map((one) => rowOf(one.name, one.means, one.vote)),
];

/** Over all numbers of labels. @param {ArrayLike<number> | undefined} accuracies */
export const meansOf = (accuracies) =>
  Array.from({ length: COUNT }, (_, budget) => meanOf(accuracies, budget));

/** @param {string} name @param {number[]} means @param {number | undefined} vote */
const rowOf = (name, means, vote) =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    ...means.map((mean) => h("td", {}, shareText(mean))),
    h("td", {}, shareText(vote)),
  );
