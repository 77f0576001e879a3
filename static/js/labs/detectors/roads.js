/** The roads: both detectors as tracks with the shapes of now, and the milliseconds of each part. */

import { post } from "../../core/api.js";
import { $, h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { roadName } from "./words.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {{title: string, shapes: string[]}} Stage */
/** @typedef {{name: string, median: number, low: number, high: number}} Part */
/**
 * @typedef {object} Timings
 * @property {number} repeats
 * @property {number} threads
 * @property {Part[]} shared
 * @property {Part[]} one_stage
 * @property {Part[]} two_stage
 * @property {Part} one_stage_total
 * @property {Part} two_stage_total
 */

const FRAME = 33; // milliseconds of a picture, for 30 pictures per second
const REST = 300; // milliseconds that a control rests before the server measures anew

const count = (/** @type {number} */ value) => number(value, 0);

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

/** @param {() => {image_id: string, asked: Record<string, any>} | null} query what is to be measured now */
export function roadsView(query) {
  const root = $("[data-view-of=roads]");
  /** @type {Timings | null} */
  let timings = null;
  const asked = newest({
    ask: (/** @type {NonNullable<ReturnType<typeof query>>} */ { image_id, asked: of }, signal) =>
      post("/api/detectors/timings", { image_id, ...of }, signal),
    show: (answer) => {
      timings = answer;
      showTimes();
    },
    fail: (error) => {
      if (!(error instanceof Error)) throw error;
      timings = null;
      $("[data-times-said]", root).textContent = error.message;
    },
  });

  function showTimes() {
    $("[data-times]", root).hidden = timings === null;
    $("[data-times-said]", root).textContent = timings ? included(timings) : "";
    if (timings) showBars($("[data-times]", root), timings);
  }

  return {
    /** @param {Model} model */
    draw(model) {
      const { shared, one, two } = stagesOf(model);
      for (const [name, stages] of Object.entries({ shared, one, two }))
        showTrack($(`[data-track=${name}]`, root), stages);
      const wanted = query();
      if (wanted) asked.want(wanted, REST);
      if (asked.busy) $("[data-times-said]", root).textContent = t("Measuring, 18 times …");
      else showTimes();
    },
  };
}

/** @param {HTMLElement} root @param {Stage[]} stages */
function showTrack(root, stages) {
  root.replaceChildren(
    ...stages.map(({ title, shapes }) =>
      h("li", {}, h("b", {}, title), ...shapes.map((shape) => h("span", {}, shape))),
    ),
  );
}

/** What flows through both roads. @param {Model} model */
function stagesOf({ output, one, two, values }) {
  const { header } = output;
  const { transform, feature_map, anchor_shapes, widths, ranked } = header;
  const [channels, rows, columns] = feature_map;
  const k = anchor_shapes.scales.length * anchor_shapes.ratios.length;
  const [classes, map] = [output.classes.length, `${rows}×${columns}`];
  const anchors = count(output.anchors.length / 4);
  const n = Math.min(values.proposals, output.proposalAnchor.length);
  return {
    shared: [
      { title: t("Photo"), shapes: [`3×${transform.input_height}×${transform.input_width}`] },
      { title: t("Backbone: shared features"), shapes: [`${channels}×${map}`] },
    ],
    one: [
      { title: t("3×3 convolution"), shapes: [`${widths.hidden}×${map}`] },
      {
        title: t("Two 1×1 convolutions"),
        shapes: [`${(classes + 1) * k}×${map}, ${4 * k}×${map}`],
      },
      { title: t("All anchors"), shapes: [`${anchors} × (${classes + 1} + 4)`] },
      { title: t("Over the threshold"), shapes: [count(one.entered)] },
      { title: t("NMS by class"), shapes: [count(one.detections.length)] },
    ],
    two: [
      { title: t("3×3 convolution"), shapes: [`${widths.hidden}×${map}`] },
      { title: t("Two 1×1 convolutions"), shapes: [`${2 * k}×${map}, ${4 * k}×${map}`] },
      { title: t("All anchors"), shapes: [`${anchors} × (2 + 4)`] },
      { title: t("Clip, top-n"), shapes: [`${count(ranked)} × 4`] },
      { title: t("NMS at 0.7"), shapes: [t("{count} proposals", { count: count(n) })] },
      { title: t("RoIAlign"), shapes: [`${n}×${widths.reduced}×${widths.bins}×${widths.bins}`] },
      { title: t("FC layers"), shapes: [`${n}×${widths.fc}`] },
      { title: t("C + 1 scores, 4C deltas"), shapes: [`${n}×${classes + 1}, ${n}×${4 * classes}`] },
      { title: t("Over the threshold"), shapes: [count(two.entered)] },
      { title: t("NMS by class"), shapes: [count(two.detections.length)] },
    ],
  };
}

const ms = (/** @type {number} */ value) => t("{value} ms", { value: number(value, 1) });

/** What the milliseconds include. @param {Timings} timings */
function included({ repeats, threads }) {
  return t(
    "Median of {repeats} evaluations after 3 that do not count, {threads} threads; whiskers: 10% to 90%. From the decoded photo to the boxes after NMS; decoding it and sending the answer are not included.",
    { repeats, threads },
  );
}

/** Both roads as bars of their parts, on one scale. @param {HTMLElement} root @param {Timings} timings */
function showBars(root, timings) {
  const { one_stage_total: one, two_stage_total: two } = timings;
  const most = Math.max(one.high, two.high, FRAME) * 1.04;
  const budget = h(
    "i",
    { class: "budget" },
    h("span", {}, t("{ms} ms: 30 pictures per second", { ms: FRAME })),
  );
  budget.style.left = `${(100 * FRAME) / most}%`;
  budget.classList.toggle("early", FRAME < most / 2);
  root.replaceChildren(
    bar(roadName("one"), [...timings.shared, ...timings.one_stage], one, most, timings.shared.length),
    bar(roadName("two"), [...timings.shared, ...timings.two_stage], two, most, timings.shared.length),
    h("div", { class: "budget-line", "aria-hidden": "true" }, budget),
  );
}

/**
 * @param {string} title
 * @param {Part[]} parts
 * @param {Part} total
 * @param {number} most milliseconds that fill the width
 * @param {number} shared parts that both roads have
 */
function bar(title, parts, total, most, shared) {
  const segments = parts.map(({ name, median }, i) => {
    const words = `${PARTS[name]?.() ?? name} ${ms(median)}`;
    const segment = h("i", { class: i < shared ? "shared" : `own-${i % 2}`, title: words });
    segment.style.width = `${(100 * median) / most}%`;
    return segment;
  });
  const whisker = h("i", { class: "whisker" });
  whisker.style.left = `${(100 * total.low) / most}%`;
  whisker.style.width = `${(100 * (total.high - total.low)) / most}%`;
  const words = parts.map(({ name, median }) => `${PARTS[name]?.() ?? name} ${number(median, 1)}`);
  return h(
    "div",
    { class: "time" },
    h("b", {}, title),
    h("span", { class: "time-total" }, ms(total.median)),
    h("div", { class: "time-bar", "aria-hidden": "true" }, ...segments, whisker),
    h("p", { class: "hint" }, words.join(" · ")),
  );
}

/** The sentence under the tracks. @param {Model} model */
export function sayRoads({ output, one, two, values }) {
  const anchors = count(output.anchors.length / 4);
  const n = count(Math.min(values.proposals, output.proposalAnchor.length));
  return t(
    "Both start from the same features. One stage names all {anchors} anchors at once and keeps {one}; two stages first choose {n} proposals, look at each of them again, and keep {two}.",
    { anchors, n, one: one.detections.length, two: two.detections.length },
  );
}
