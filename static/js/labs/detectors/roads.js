/** The roads: both detectors as tracks with the shapes of now, and the milliseconds of each part. */

import { post } from "../../core/api.js";
import { $, h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { networkTitle } from "./installed.js";
import { ownClasses } from "./outcome.js";
import { OURS, ROADS, isOurs, networkOf, state } from "./page.js";
import { included, sayBudget, showBars, timesOf } from "./times.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./outcome.js").Road} Road */
/** @typedef {import("./times.js").Timings} Timings */
/** @typedef {import("./times.js").OtherTimings} OtherTimings */
/** @typedef {{title: string, shapes: string[], rpn?: boolean}} Stage `rpn`: its lab shows it */

const REST = 300; // milliseconds that a control rests before the server measures anew

const count = (/** @type {number} */ value) => number(value, 0);

const [OURS_AT, OTHERS_AT] = ["/api/detectors/timings", "/api/detectors/installed/timings"];

/** @template T @param {(road: Road) => T} make @returns {Record<Road, T>} */
const both = (make) => ({ one: make("one"), two: make("two") });

/**
 * @param {"ours" | Road} name
 * @param {string} address
 * @param {(name: "ours" | Road, answer: any) => void} take null where it could not be had
 */
const measuring = (name, address, take) =>
  newest({
    ask: (/** @type {Record<string, any>} */ of, signal) => post(address, of, signal),
    show: (answer) => take(name, answer),
    fail: (error) => {
      if (!(error instanceof Error)) throw error;
      take(name, null);
      $("[data-budget-said]").textContent = error.message;
    },
  });

/** @param {() => {image_id: string, asked: Record<string, any>} | null} query what is to be measured now */
export function roadsView(query) {
  const root = $("[data-view-of=roads]");
  /** @type {{ours: Timings | null, one: OtherTimings | null, two: OtherTimings | null}} */
  const times = { ours: null, one: null, two: null };
  /** What is being measured. @type {Set<"ours" | Road>} */
  const pending = new Set();
  /** @param {"ours" | Road} name @param {any} answer */
  const take = (name, answer) => {
    times[name] = answer;
    pending.delete(name);
    showTimes();
  };
  const asks = {
    ours: measuring("ours", OURS_AT, take),
    ...both((road) => measuring(road, OTHERS_AT, take)),
  };

  /** Ask for the times of what goes the roads now; what does not go them has none. */
  function measure() {
    const wanted = query();
    if (!wanted) return;
    const { image_id, asked } = wanted;
    for (const road of ROADS) {
      const network = networkOf(road);
      if (times[road]?.network !== network) times[road] = null;
      if (network === OURS) asks[road].drop();
      else asks[road].want({ image_id, network, proposals: asked.proposals }, REST);
    }
    if (ROADS.some(isOurs)) asks.ours.want({ image_id, ...asked }, REST);
    else asks.ours.drop();
    for (const name of /** @type {("ours" | Road)[]} */ (["ours", ...ROADS]))
      if (asks[name].busy) pending.add(name);
      else pending.delete(name);
  }

  function showTimes() {
    const found = ROADS.map((road) => timesOf(road, isOurs(road) ? times.ours : times[road]));
    const busy = pending.size > 0;
    const [one, two] = found;
    $("[data-times]", root).hidden = $("[data-times-said]", root).hidden = !one || !two;
    const said = $("[data-budget-said]", root);
    if (busy) said.textContent = t("Measuring …");
    if (!one || !two) return;
    const budget = Number(state.values.budget);
    if (!busy) said.textContent = sayBudget(budget, one, two);
    $("[data-times-said]", root).textContent = included(one, two);
    showBars($("[data-times]", root), [one, two], budget);
  }

  return {
    /** @param {Model} model */
    draw(model) {
      const { shared, one, two } = stagesOf(model);
      for (const [name, stages] of Object.entries({ shared, one, two }))
        showTrack($(`[data-track=${name}]`, root), stages);
      measure();
      showTimes();
    },
  };
}

/** @param {HTMLElement} root @param {Stage[]} stages */
function showTrack(root, stages) {
  root.replaceChildren(
    ...stages.map(({ title, shapes, rpn }) =>
      h(
        "li",
        { class: rpn ? "of-rpn" : "" },
        h("b", {}, title),
        ...shapes.map((shape) => h("span", {}, shape)),
      ),
    ),
  );
}

/** What flows through both roads. @param {Model} model */
function stagesOf(model) {
  const ours = stagesOfOurs(model);
  const { joined } = model.output;
  if (!joined || !Object.keys(joined).length) return ours;
  const [photo, ...trunk] = ours.shared;
  /** @param {Road} name */
  const road = (name) => {
    const other = joined[name];
    return other ? stagesOfOther(other, model[name], model.values.proposals) : [...trunk, ...ours[name]];
  };
  return { shared: photo ? [{ ...photo, shapes: [] }] : [], one: road("one"), two: road("two") };
}

/** @type {Record<string, () => string>} */
const STAGES = {
  photo: () => t("Input"),
  features: () => t("Feature maps"),
  places: () => t("Scores and deltas of all places"),
  anchors: () => t("All anchors"),
  ranked: () => t("Clip, top-n"),
  proposals: () => t("NMS at 0.7"),
  pooled: () => t("RoIAlign"),
  hidden: () => t("FC layers"),
  outputs: () => t("Scores, deltas for each class"),
  heat: () => t("Heat map of each class"),
  sides: () => t("Distances to four sides"),
  peaks: () => t("Peaks"),
};

const MOST_SHAPES = 2; // of one stage
const OF_RPN = new Set(["anchors", "ranked", "proposals"]);
const OF_PROPOSALS = new Set(["proposals", "pooled", "hidden", "outputs"]); // a row for each proposal

/** @param {number[][]} shapes */
function shapesOf(shapes) {
  const all = shapes.map((shape) => shape.map(count).join("×"));
  if (all.length <= MOST_SHAPES) return [all.join(", ")];
  return [
    t("{count} maps: {first} to {last}", { count: all.length, first: all[0] ?? "", last: all.at(-1) ?? "" }),
  ];
}

/**
 * @param {import("./outcome.js").Joined} other
 * @param {import("./outcome.js").Found} found
 * @param {number} proposals that are looked at
 * @returns {Stage[]}
 */
function stagesOfOther({ stages }, found, proposals) {
  /** @param {string} name @param {number[][]} shapes */
  const cut = (name, shapes) =>
    OF_PROPOSALS.has(name) ? shapes.map(([n = 0, ...rest]) => [Math.min(n, proposals), ...rest]) : shapes;
  return [
    ...stages.map(({ name, shapes }) => ({
      title: STAGES[name]?.() ?? name,
      shapes: shapesOf(cut(name, shapes)),
      rpn: OF_RPN.has(name),
    })),
    { title: t("Over the threshold"), shapes: [count(found.entered)] },
    { title: t("NMS by class"), shapes: [count(found.detections.length)] },
  ];
}

/** What flows through our two roads. @param {Model} model */
function stagesOfOurs({ output, one, two, values }) {
  const { header } = output;
  const { transform, feature_map, anchor_shapes, widths, ranked } = header;
  const [channels, rows, columns] = feature_map;
  const k = anchor_shapes.scales.length * anchor_shapes.ratios.length;
  const [classes, map] = [ownClasses(output), `${rows}×${columns}`];
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
      { title: t("3×3 convolution"), shapes: [`${widths.hidden}×${map}`], rpn: true },
      { title: t("Two 1×1 convolutions"), shapes: [`${2 * k}×${map}, ${4 * k}×${map}`], rpn: true },
      { title: t("All anchors"), shapes: [`${anchors} × (2 + 4)`], rpn: true },
      { title: t("Clip, top-n"), shapes: [`${count(ranked)} × 4`], rpn: true },
      { title: t("NMS at 0.7"), shapes: [t("{count} proposals", { count: count(n) })], rpn: true },
      { title: t("RoIAlign"), shapes: [`${n}×${widths.reduced}×${widths.bins}×${widths.bins}`] },
      { title: t("FC layers"), shapes: [`${n}×${widths.fc}`] },
      { title: t("K + 1 scores, 4K deltas"), shapes: [`${n}×${classes + 1}, ${n}×${4 * classes}`] },
      { title: t("Over the threshold"), shapes: [count(two.entered)] },
      { title: t("NMS by class"), shapes: [count(two.detections.length)] },
    ],
  };
}

/** The sentence under the tracks. @param {Model} model */
export function sayRoads({ output, one, two, values }) {
  if (!ROADS.every(isOurs))
    return t(
      "The roads share nothing but the photo: {one} goes the one-stage road and keeps {oneKept}, {two} the two-stage road and keeps {twoKept}.",
      {
        one: networkTitle("one"),
        two: networkTitle("two"),
        oneKept: one.detections.length,
        twoKept: two.detections.length,
      },
    );
  const anchors = count(output.anchors.length / 4);
  const n = count(Math.min(values.proposals, output.proposalAnchor.length));
  return t(
    "Both start from the same features. One stage names all {anchors} anchors at once and keeps {one}; two stages first choose {n} proposals, look at each of them again, and keep {two}.",
    { anchors, n, one: one.detections.length, two: two.detections.length },
  );
}
