/** Milliseconds of both roads as bars, and which of them keep a frame's budget. */

import { h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { roadName } from "./words.js";

/** @typedef {import("./outcome.js").Road} Road */
/** @typedef {{name: string, median: number, low: number, high: number}} Part */
/**
 * @typedef {object} Timings of our detectors
 * @property {number} repeats
 * @property {number} threads
 * @property {string} device what the network was computed on
 * @property {Part[]} shared
 * @property {Part[]} one_stage
 * @property {Part[]} two_stage
 * @property {Part} one_stage_total
 * @property {Part} two_stage_total
 * @property {Part[]} by_proposals named by their number
 */
/**
 * @typedef {object} OtherTimings of an installed network
 * @property {string} network
 * @property {number} repeats
 * @property {number} threads
 * @property {string} device what the network was computed on
 * @property {Part[]} parts
 * @property {Part} total
 */
/**
 * @typedef {object} RoadTimes
 * @property {Road} road
 * @property {number} repeats
 * @property {number} threads
 * @property {string} device what the network was computed on
 * @property {number} shared how many of the first parts the other road has, too
 * @property {Part[]} parts
 * @property {Part} total
 * @property {Part[]} byProposals
 */

/** @type {Record<string, () => string>} */
const PARTS = {
  resize: () => t("resize"),
  backbone: () => t("backbone"),
  one_stage_head: () => t("head"),
  one_stage_boxes: () => t("boxes"),
  one_stage_nms: () => t("NMS by class"),
  rpn: () => t("RPN head"),
  proposals: () => t("top-n and NMS"),
  pool: () => t("RoIAlign"),
  box_head: () => t("FC layers"),
  refine: () => t("refined boxes"),
  two_stage_nms: () => t("NMS by class"),
};

const ms = (/** @type {number} */ value) => t("{value} ms", { value: number(value, 1) });

/** @param {Road} road @param {Timings | OtherTimings | null} times @returns {RoadTimes | null} */
export function timesOf(road, times) {
  if (!times) return null;
  const { repeats, threads, device } = times;
  if ("network" in times)
    return {
      road,
      repeats,
      threads,
      device,
      shared: 0,
      parts: times.parts,
      total: times.total,
      byProposals: [],
    };
  const own = road === "one" ? times.one_stage : times.two_stage;
  const total = road === "one" ? times.one_stage_total : times.two_stage_total;
  const byProposals = road === "one" ? [] : times.by_proposals;
  const parts = [...times.shared, ...own];
  return { road, repeats, threads, device, shared: times.shared.length, parts, total, byProposals };
}

/** What the milliseconds include. @param {RoadTimes} one @param {RoadTimes} two */
export function included(one, two) {
  const { repeats, threads } = one;
  const device = [...new Set([one.device, two.device])].join(" / ");
  return t(
    "Median of {repeats} evaluations after 3 that do not count, on {device}, {threads} threads; whiskers: 10% to 90%. From the decoded photo to the boxes after NMS; decoding it and sending the answer are not included.",
    { repeats, threads, device },
  );
}

/**
 * Which of the roads keep the budget, and with how many of the proposals that were tried.
 * @param {number} budget
 * @param {RoadTimes} one
 * @param {RoadTimes} two
 */
export function sayBudget(budget, one, two) {
  const values = { budget, one: ms(one.total.median), two: ms(two.total.median) };
  const fits = two.byProposals.filter(({ median }) => median <= budget).map(({ name }) => Number(name));
  if (fits.length) {
    const most = { ...values, proposals: Math.max(...fits) };
    return one.total.median <= budget
      ? t(
          "Within {budget} ms: one stage ({one}); two stages with up to {proposals} proposals, of those tried.",
          most,
        )
      : t(
          "Within {budget} ms: two stages with up to {proposals} proposals, of those tried; not one stage ({one}).",
          most,
        );
  }
  const kept = [one, two].filter(({ total }) => total.median <= budget);
  if (kept.length === 2) return t("Within {budget} ms: both, {one} and {two}.", values);
  if (!kept.length) return t("Within {budget} ms: neither; they take {one} and {two}.", values);
  return kept[0] === one
    ? t("Within {budget} ms: one stage ({one}), not two stages ({two}).", values)
    : t("Within {budget} ms: two stages ({two}), not one stage ({one}).", values);
}

/**
 * Both roads as bars of their parts, on one scale.
 * @param {HTMLElement} root
 * @param {RoadTimes[]} roads
 * @param {number} budget
 */
export function showBars(root, roads, budget) {
  const most = Math.max(...roads.map(({ total }) => total.high), budget) * 1.04;
  const line = h("i", { class: "budget" }, h("span", {}, budgetName(budget)));
  line.style.left = `${(100 * budget) / most}%`;
  line.classList.toggle("early", budget < most / 2);
  root.replaceChildren(
    ...roads.map((road) => bar(road, most)),
    h("div", { class: "budget-line", "aria-hidden": "true" }, line),
  );
}

/** @param {number} budget milliseconds */
const budgetName = (budget) =>
  t("{ms} ms: {count} pictures per second", { ms: budget, count: number(Math.floor(1000 / budget), 0) });

/** @param {RoadTimes} times @param {number} most milliseconds that fill the width */
function bar({ road, parts, total, shared }, most) {
  const share = (/** @type {number} */ value) => `${(100 * value) / most}%`;
  const segments = parts.map(({ name, median, low, high }, i) => {
    const of = {
      name: PARTS[name]?.() ?? name,
      median: ms(median),
      low: number(low, 1),
      high: number(high, 1),
    };
    const title = t("{name}: {median} ({low} to {high})", of);
    const segment = h("i", { class: i < shared ? "shared" : `own-${i % 2}`, title });
    segment.style.width = share(median);
    return segment;
  });
  let before = 0;
  const each = parts.map(({ median, low, high }) => {
    const whisker = whiskerOf("whisker of-part", share(before + low), share(high - low));
    before += median;
    return whisker;
  });
  const words = parts.map(({ name, median }) => `${PARTS[name]?.() ?? name} ${number(median, 1)}`);
  return h(
    "div",
    { class: "time" },
    h("b", {}, roadName(road)),
    h("span", { class: "time-total" }, ms(total.median)),
    h(
      "div",
      { class: "time-bar", "aria-hidden": "true" },
      ...segments,
      ...each,
      whiskerOf("whisker", share(total.low), share(total.high - total.low)),
    ),
    h("p", { class: "time-parts" }, words.join(" · ")),
  );
}

/** @param {string} kind @param {string} left @param {string} width */
function whiskerOf(kind, left, width) {
  const whisker = h("i", { class: kind });
  whisker.style.left = left;
  whisker.style.width = width;
  return whisker;
}
