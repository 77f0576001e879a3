/** Follow one detection: from its anchor over its proposal to its box, and what the other road says there. */

import { $, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { boxUnder } from "../../math/geometry.js";
import { picture } from "../../views/picture.js";
import { roomFor } from "../../views/room.js";
import { averageGain, centerForm, chainOf, followedOf } from "./chain.js";
import { state } from "./page.js";
import { className, roadName } from "./words.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./chain.js").Chain} Chain */
/** @typedef {import("./outcome.js").Detection} Detection */
/** @typedef {import("../../views/picture.js").Layer} Layer */

const SLIDE = 250; // milliseconds from one box to the next
const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/** The address names a detection from now on. @param {Detection} found */
export const follow = ({ road, row, label }) => state.set({ followed: road, row, label });

/** Every detection of both, two stages first. @param {Model} model */
const allOf = ({ one, two }) => [...two.detections, ...one.detections];

/**
 * The detection under a place of the picture.
 * @param {Model} model
 * @param {number} x
 * @param {number} y
 */
function detectionAt(model, x, y) {
  const all = allOf(model);
  const boxes = all.flatMap(({ box }) => box);
  return all[boxUnder(boxes, all.keys(), x, y)];
}

/** The one before or after the followed. @param {Model} model @param {number} by */
function neighborOf(model, by) {
  const all = allOf(model);
  const at = all.indexOf(/** @type {Detection} */ (followedOf(model)));
  return all[(at + by + all.length) % all.length];
}

/**
 * Steps in time: how many of them are done, a share of one included; all of them without motion.
 * @param {() => void} paint
 */
function slides(paint) {
  let [done, moving] = [Infinity, 0];
  return {
    get done() {
      return done;
    },
    begin() {
      cancelAnimationFrame(moving);
      if (reduced.matches) return paint();
      const started = performance.now();
      const step = (/** @type {number} */ now) => {
        done = (now - started) / SLIDE;
        paint();
        if (done < 3) moving = requestAnimationFrame(step);
      };
      moving = requestAnimationFrame(step);
    },
  };
}

export function followView() {
  const root = $("[data-view-of=follow]");
  /** @type {Model | null} */
  let model = null;
  const slide = slides(() => paint());
  const figure = $("[data-follow-picture]", root);
  const view = picture(figure, {
    maxHeight: () => roomFor(figure, { least: 140, share: 0.42 }),
    onClick: (x, y) => begin(model ? detectionAt(model, x, y) : undefined),
  });
  view.element.tabIndex = 0;

  /** @param {Detection | undefined} found */
  function begin(found) {
    if (!found) return;
    follow(found);
    slide.begin();
  }
  $("[data-replay]", root).addEventListener("click", slide.begin);
  const defaults = $("[data-defaults]", root);
  defaults.addEventListener("click", () => state.set({ defaults: !state.values.defaults }));
  view.element.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || !model) return;
    begin(neighborOf(model, by));
    event.preventDefault();
  });

  function paint() {
    if (!model) return;
    const { image, width, height } = model.photo;
    const found = followedOf(model);
    const chain = found && chainOf(model, found);
    const layers = chain ? layersOf(model, chain, slide.done) : [];
    const cell = chain ? chain.start.cell : null;
    view.update({ image, width, height, layers, cell, summary: sayFollow(model) });
  }

  return {
    /** @param {import("../../core/photo.js").Photo} photo @param {string} summary */
    drawPhoto({ image, width, height }, summary) {
      view.update({ image, width, height, layers: [], summary });
    },
    /** @param {Model} next */
    draw(next) {
      model = next;
      defaults.setAttribute("aria-pressed", String(model.values.defaults));
      const found = followedOf(model);
      showChoices($("[data-detections]", root), model, found, begin);
      $("[data-chain]", root).hidden = found === null;
      const chain = found && chainOf(model, found);
      defaults.hidden = !chain?.start.count;
      if (chain) showChain(root, model, chain);
      paint();
    },
  };
}

/** What each box of a chain is called. @param {Chain} chain */
function stepNames({ boxes, start }) {
  const first = start.isAnchor ? t("anchor") : t("cell");
  return boxes.length === 3 ? [first, t("proposal"), t("refined box")] : [first, t("box")];
}

/**
 * The boxes so far, the one that slides among them.
 * @param {Model} model
 * @param {Chain} chain
 * @param {number} slide
 * @returns {Layer[]}
 */
function layersOf({ output, truth, values }, chain, slide) {
  const { boxes, other, against, found, start } = chain;
  const names = stepNames(chain);
  const styles = boxes.length === 3 ? ["anchor", "pending", "right"] : ["anchor", "right"];
  const done = Math.min(Math.floor(slide), boxes.length - 1);
  /** @type {Layer[]} */
  const layers = boxes.slice(0, done + 1).map((box, i) => ({
    boxes: box,
    indices: [0],
    style: styles[i] ?? "right",
    label: () => names[i] ?? "",
  }));
  const [from, to] = [boxes[done], boxes[done + 1]];
  if (from && to) {
    const moved = from.map((v, i) => v + ((to[i] ?? v) - v) * (slide - done));
    layers.push({ boxes: moved, indices: [0], style: styles[done + 1] ?? "right" });
  }
  if (values.defaults) {
    const { first, count } = start;
    const indices = Array.from({ length: count }, (_, i) => first + i);
    layers.unshift({ boxes: output.anchors, indices, style: "anchor", pale: true });
  }
  const truths = against && truth ? [...(truth.boxes[against.truth] ?? [])] : [];
  if (other && slide >= boxes.length - 1) {
    const road = roadName(found.road === "one" ? "two" : "one");
    const label = () =>
      t("{name}: {list}", {
        name: road,
        list: `${className(output.classes[other.label])} ${number(other.score)}`,
      });
    layers.unshift({ boxes: other.box, indices: [0], style: "second", label });
  }
  return [{ boxes: truths, indices: truths.length ? [0] : [], style: "truth" }, ...layers];
}

/**
 * Every detection as a button.
 * @param {HTMLElement} root
 * @param {Model} model
 * @param {Detection | null} chosen
 * @param {(found: Detection) => void} onChoose
 */
function showChoices(root, { output, one, two }, chosen, onChoose) {
  const focused = root.contains(document.activeElement);
  const rows = [two, one].map(({ detections }, i) =>
    h(
      "div",
      { class: "chips" },
      h("span", { class: "label" }, roadName(i ? "one" : "two")),
      ...detections.map((found) =>
        h(
          "button",
          {
            type: "button",
            class: "button small",
            "aria-pressed": String(found === chosen),
            onclick: () => onChoose(found),
          },
          `${className(output.classes[found.label])} ${number(found.score)}`,
        ),
      ),
    ),
  );
  root.replaceChildren(...rows);
  if (focused) $("button[aria-pressed=true]", root).focus();
}

/** The numbers of a chain. @param {HTMLElement} root @param {Model} model @param {Chain} chain */
function showChain(root, { output }, chain) {
  const { boxes, against, shares, found } = chain;
  const names = stepNames(chain);
  const round = (/** @type {number[]} */ box) => box.map((v) => number(v, 0)).join(", ");
  $("[data-steps]", root).replaceChildren(
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("td"),
        ...["x1, y1, x2, y2", "x, y, w, h", "IoU"].map((head) => h("th", { scope: "col" }, head)),
      ),
    ),
    h(
      "tbody",
      {},
      ...boxes.map((box, i) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, names[i] ?? ""),
          h("td", {}, round(box)),
          h("td", {}, round(centerForm(box))),
          h("td", {}, against ? number(against.iou[i] ?? 0) : "–"),
        ),
      ),
    ),
  );
  const rows = shares.map(({ label, share }) =>
    probabilityRow(nameOf(output, label), share, label === found.label),
  );
  $("[data-probabilities]", root).replaceChildren(...rows);
}

/** @param {string} name @param {number} share @param {boolean} chosen */
function probabilityRow(name, share, chosen) {
  const bar = h("i");
  bar.style.width = `${100 * share}%`;
  return h(
    "li",
    { class: chosen ? "chosen" : "" },
    h("span", {}, name),
    h("span", { class: "share" }, bar),
    h("span", {}, number(share)),
  );
}

/** A class, or the background. @param {import("./outcome.js").Output} output @param {number} label */
const nameOf = ({ classes }, label) => (label < 0 ? t("background") : className(classes[label]));

/** Where it began. @param {Chain} chain @param {string} name */
function sayStart({ start }, name) {
  const { row, column, map, maps, rows, columns, isAnchor } = start;
  const at = { name, row, column, map, maps, size: `${rows} × ${columns}` };
  if (maps === 1 && isAnchor) return t("“{name}” began as an anchor on row {row}, column {column}.", at);
  return isAnchor
    ? t("“{name}” began as an anchor on row {row}, column {column} of map {map} of {maps} ({size}).", at)
    : t("“{name}” began without an anchor: in the cell on row {row}, column {column} ({size} cells).", at);
}

/** The sentence under the picture. @param {Model} model @returns {string} */
export function sayFollow(model) {
  const found = followedOf(model);
  if (!found) return t("Nothing is found with this threshold, so there is nothing to follow.");
  const chain = chainOf(model, found);
  const { boxes, against, runnerUp } = chain;
  const name = className(model.output.classes[found.label]);
  const start = sentences([
    sayStart(chain, name),
    runnerUp === null
      ? t("No other class reaches 0.02 there.")
      : t("The runner-up is “{second}”.", { second: nameOf(model.output, runnerUp) }),
  ]);
  if (boxes.length < 3) {
    const ious = against && { from: number(against.iou[0] ?? 0), to: number(against.iou[1] ?? 0) };
    return sentences([
      start,
      ious ? t("One stage moves it once: IoU with the truth {from} → {to}.", ious) : "",
    ]);
  }
  const [from, to] = [centerForm(boxes[1] ?? [0, 0, 0, 0]), centerForm(boxes[2] ?? [0, 0, 0, 0])];
  const moved = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const gain = averageGain(model);
  return sentences([
    start,
    t("The second stage moves its center by {pixels} px.", { pixels: number(moved, 1) }),
    gain
      ? t("Over all {count} right detections, IoU with the truth: proposal {before}, refined {after}.", {
          count: gain.count,
          before: number(gain.before),
          after: number(gain.after),
        })
      : "",
  ]);
}
