/** The panels under the `rpn` page's picture: channels, the anchors of a place, one worked anchor. */

import { $, h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { warm } from "../../views/picture.js";
import { shapeName } from "./layers.js";
import { decoded, fateOf, recall } from "./math.js";

/** @typedef {import("./layers.js").Model} Model */

/**
 * Every channel of the feature map as a small picture; a click enlarges one.
 * @param {HTMLElement} root
 * @param {any} frame
 * @param {import("../../core/state.js").State} state
 */
export function showThumbs(root, frame, state) {
  const [channels, rows, columns] = frame.shapes.features;
  $("[data-features-title]").textContent = t(
    "All {count} channels, each from its own least to its own greatest value",
    { count: channels },
  );
  const buttons = Array.from({ length: channels }, (_, channel) => {
    const canvas = h("canvas", { width: columns, height: rows });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const pixels = context.createImageData(columns, rows);
    for (let i = 0; i < rows * columns; i++) {
      pixels.data.set(warm(frame.arrays.features[channel * rows * columns + i] / 255), i * 4);
    }
    context.putImageData(pixels, 0, 0);
    const name = t("Channel {channel}", { channel });
    return h(
      "button",
      {
        type: "button",
        "aria-label": name,
        title: name,
        "aria-pressed": String(channel === state.values.channel),
        onclick: () => choose(channel),
      },
      canvas,
    );
  });
  const choose = (/** @type {number} */ channel) => {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === channel)));
    state.set({ channel });
  };
  root.replaceChildren(...buttons);
}

/** @param {number} value @param {number} [digits] */
function signed(value, digits = 2) {
  const text = (value > 0 ? "+" : "") + number(value, digits);
  return h("span", { class: value > 0 ? "sign-plus" : value < 0 ? "sign-minus" : "" }, text);
}

/**
 * The anchors of the chosen place in a table, and one of them worked through.
 * @param {Model} model
 * @param {(shape: number) => void} onChoose
 */
export function showCell(model, onChoose) {
  const { output, map, values, here, chosen } = model;
  const counts = {
    row: values.row,
    column: values.column,
    scores: output.outputs * map.anchors_per_location,
    deltas: 4 * map.anchors_per_location,
  };
  const pair = output.outputs === 2;
  const title = pair
    ? t("Row {row}, column {column}: {scores} scores (s₀ background, s₁ object) and {deltas} deltas", counts)
    : t("Row {row}, column {column}: {scores} logits and {deltas} deltas", counts);
  $("[data-cell-title]").textContent = title;
  const scoreHeads = pair ? ["s₀", "s₁"] : [t("logit")];
  const heads = [
    t("Anchor"),
    ...scoreHeads,
    "p",
    ...["x", "y", "w", "h"].map((name) => h("span", {}, "t", h("sub", {}, name))),
  ];
  $("[data-anchor-head]").replaceChildren(
    h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name))),
  );
  const body = $("[data-anchor-rows]");
  const focused = body.contains(document.activeElement);
  body.replaceChildren(...here.map((anchor, shape) => row(model, anchor, shape, onChoose)));
  if (focused && chosen >= 0) body.querySelectorAll("button")[values.shape]?.focus();
  const best = chosen >= 0 ? chosen : bestOf(model);
  work(model, best);
}

/** @param {Model} model */
const bestOf = ({ output, here }) =>
  here.reduce(
    (best, i) => ((output.objectness[i] ?? 0) > (output.objectness[best] ?? 0) ? i : best),
    here[0] ?? 0,
  );

/**
 * @param {Model} model
 * @param {number} anchor
 * @param {number} shape
 * @param {(shape: number) => void} onChoose
 */
function row(model, anchor, shape, onChoose) {
  const { output, chosen } = model;
  const p = output.objectness[anchor] ?? 0;
  const bar = h("i");
  bar.style.width = `${p * 100}%`;
  const logits = Array.from(
    { length: output.outputs },
    (_, i) => output.logits[anchor * output.outputs + i] ?? 0,
  );
  const deltas = Array.from(output.deltas.subarray(anchor * 4, anchor * 4 + 4));
  return h(
    "tr",
    { "aria-selected": String(anchor === chosen) },
    h(
      "td",
      {},
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(anchor === chosen),
          onclick: () => onChoose(anchor === chosen ? -1 : shape),
        },
        `${shape + 1}. ${shapeName(model, anchor)}`,
      ),
    ),
    ...logits.map((value) => h("td", {}, number(value))),
    h("td", {}, h("span", { class: "bar" }, bar), number(p, 3)),
    ...deltas.map((value) => h("td", {}, signed(value))),
  );
}

/** The formula of the page's lesson, to stand before its numbers. @param {string} name */
const formula = (name) => $(`[data-formula=${name}]`).firstElementChild?.cloneNode(true) ?? name;

/**
 * The decoding formula with the anchor's own numbers, and what becomes of it.
 * @param {Model} model
 * @param {number} anchor
 */
function work(model, anchor) {
  const { output, here } = model;
  const d = decoded(output, anchor);
  const n = (/** @type {number} */ v) => number(v, 1);
  const f = (/** @type {number} */ v) => (v < 0 ? `(${number(v, 3)})` : number(v, 3));
  const lines = [
    ["x", `${n(d.xa)} + ${f(d.tx)} · ${n(d.wa)} = ${n(d.x)}`],
    ["y", `${n(d.ya)} + ${f(d.ty)} · ${n(d.ha)} = ${n(d.y)}`],
    ["w", `${n(d.wa)} · exp(${number(d.tw, 3)}) = ${n(d.w)}`],
    ["h", `${n(d.ha)} · exp(${number(d.th, 3)}) = ${n(d.h)}`],
  ];
  $("[data-worked]").replaceChildren(
    h(
      "p",
      { class: "hint" },
      t("Anchor {name} ({shape}), in pixels of the photo:", {
        name: here.indexOf(anchor) + 1,
        shape: shapeName(model, anchor),
      }),
    ),
    ...lines.map(([name = "", text = ""]) => h("div", {}, formula(name), h("span", {}, text))),
  );
  $("[data-fate]").textContent = fateText(model, anchor);
}

/** @param {Model} model @param {number} anchor */
function fateText({ output, result, values }, anchor) {
  const fate = fateOf(output, result, anchor);
  const rank = number(fate.rank, 0);
  switch (fate.kind) {
    case "small":
      return t(
        "Outcome: after clipping, a side is shorter than {size} px of the network’s input, so it is dropped.",
        {
          size: values.min_size,
        },
      );
    case "below":
      return t("Outcome: ranked {rank} by score; only the best {n} go on to NMS.", {
        rank,
        n: number(result.entered, 0),
      });
    case "suppressed":
      return t("Outcome: ranked {rank} by score and suppressed by the box ranked {by} (IoU {iou}).", {
        rank,
        by: number((fate.by ?? 0) + 1, 0),
        iou: number(fate.iou ?? 0),
      });
    case "beyond":
      return t("Outcome: kept by NMS and ranked {rank}, but only the first {n} become proposals.", {
        rank,
        n: number(values.post_nms_top_n, 0),
      });
    default:
      return t("Outcome: kept, as proposal {rank}.", { rank });
  }
}

/** Recall after every stage, where there is ground truth. @param {Model} model */
export function showFigures(model) {
  const recalls = model.truths.length ? recallsOf(model) : [];
  const count = t("{count} objects", { count: model.truths.length / 4 });
  fillFigures($("[data-figures]"), [
    ...(recalls.length ? [[t("Recall at IoU 0.5, after:"), count]] : []),
    ...recalls.map(([name, share]) => [name, number(share)]),
  ]);
}

/** @param {Model} model @returns {[stage: string, share: number][]} */
function recallsOf({ output, result, truths }) {
  const all = Array.from({ length: output.anchors.length / 4 }, (_, i) => i);
  const moved = new Float32Array(output.anchors.length);
  for (const i of all) moved.set(decoded(output, i).clipped, i * 4);
  const upTo = Array.from({ length: result.entered }, (_, i) => i);
  return [
    [t("Anchors"), recall(output.anchors, all, truths)],
    [t("Boxes"), recall(moved, all, truths)],
    [t("Top-n"), recall(output.boxes, upTo, truths)],
    [t("NMS"), recall(output.boxes, result.kept, truths)],
    [t("Proposals"), recall(output.boxes, result.proposals, truths)],
  ];
}
