/** Follow one detection: from its anchor over its proposal to its box, and what the other road says there. */

import { $, h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { boxUnder } from "../../math/geometry.js";
import { picture } from "../../views/picture.js";
import { roomFor } from "../../views/room.js";
import { centerForm, chainOf, followedOf } from "./chain.js";
import { askedClass, hasBoxes, nameOf, sayFollow } from "./follow_words.js";
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
  const asked = askedClass(output, chain, Number(values.as_class));
  if (asked)
    layers.push({
      boxes: asked.box,
      indices: [0],
      style: "chosen",
      label: () => t("as “{name}”", { name: asked.name }),
    });
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
  const rows = shares.map(({ label, share }) => {
    const asked = hasBoxes(output, found) && label >= 0 && label !== found.label ? label : null;
    return probabilityRow(nameOf(output, label), share, label === found.label, asked);
  });
  const focused = document.activeElement?.getAttribute("data-as-class");
  const list = $("[data-probabilities]", root);
  list.replaceChildren(...rows);
  if (focused)
    /** @type {HTMLElement | null} */ (list.querySelector(`[data-as-class="${focused}"]`))?.focus();
}

/**
 * @param {string} name
 * @param {number} share
 * @param {boolean} chosen
 * @param {number | null} asked the class whose box a click shows; null where there is none
 */
function probabilityRow(name, share, chosen, asked) {
  const bar = h("i");
  bar.style.width = `${100 * share}%`;
  const pressed = asked !== null && Number(state.values.as_class) === asked;
  const title =
    asked === null
      ? h("span", {}, name)
      : h(
          "button",
          {
            type: "button",
            class: "as-class",
            "data-as-class": String(asked),
            "aria-pressed": String(pressed),
            title: t("Show its box as “{name}”", { name }),
            onclick: () => state.set({ as_class: pressed ? -1 : asked }),
          },
          name,
        );
  return h(
    "li",
    { class: chosen ? "chosen" : "" },
    title,
    h("span", { class: "share" }, bar),
    h("span", {}, number(share)),
  );
}
