/** The two pictures of the `nms` page and what stands around them. */

import { $, oncePerFrame } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { sayRefusal, showOrigin } from "../../parts/photo_lab.js";
import { computing } from "../../parts/photo_session.js";
import { chart } from "../../views/chart.js";
import { picture } from "../../views/picture.js";
import { softRefusal } from "./ask.js";
import { layersAfter, layersBefore, layersSwiped, layersUnder } from "./layers.js";
import { page, state } from "./page.js";
import { showFigures } from "./panels.js";
import { afterDecisions } from "./result.js";
import { fileOrigin, ORIGINS, sentenceOf } from "./words.js";
import { roomFor } from "../../views/room.js";

/** @typedef {import("./source.js").Scene} Scene */
/** @typedef {import("./source.js").BoxSource} BoxSource */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/** @typedef {import("./layers.js").Model} Model */

const specimens = $("[data-specimens]");
const said = $("[data-said]");

const LEAST = 150; // CSS pixels of a picture's height

/** A picture's height at most, in CSS pixels: what its caption and the block's edge leave. */
function half() {
  const share = specimens.classList.contains("side") ? 0.5 : 0.66;
  const captions = ["before", "after"].map((when) => $(`[data-${when}] figcaption`).offsetHeight);
  const edge = Number.parseFloat(getComputedStyle(specimens).paddingTop);
  return Math.max(LEAST, roomFor(specimens, { least: LEAST, share }) - Math.max(...captions) - edge);
}

export class Stage {
  /**
   * @param {object} options
   * @param {() => BoxSource} options.source
   * @param {Outcome} options.outcome
   * @param {(x: number, y: number) => void} options.onPoint pixels of the picture
   * @param {() => void} options.onLeave
   * @param {(shown: Scene) => void} options.onDrawn
   */
  constructor({ source, outcome, onPoint, onLeave, onDrawn }) {
    this.source = source;
    this.outcome = outcome;
    this.onDrawn = onDrawn;
    this.before = picture($("[data-before]"), { maxHeight: half });
    this.after = picture($("[data-after]"), {
      maxHeight: half,
      onPoint,
      onLeave,
      onClick: onPoint,
      onPainted: (heat) => ($("[data-key-heat]").hidden = !heat),
    });
    this.after.element.tabIndex = 0;
    this.curve = chart($("[data-curve]"), () => ({
      x: t("IoU threshold"),
      y: t("boxes kept"),
      lines: [{ name: t("boxes kept"), color: "--accent" }],
      xRange: [0, 1],
      handle: {
        name: t("IoU threshold, on the curve"),
        step: 0.01,
        onMove: (iou_threshold) => state.set({ iou_threshold }),
      },
    }));
    /** A threshold changes nothing before suppression: drawn anew only when the boxes are others. */
    this.drawnBefore = { of: /** @type {unknown} */ (null), count: -1 };
    /** Picture, boxes, counts, badge and sentence are of one scene, and change in one frame. */
    this.draw = oncePerFrame(() => this.drawNow());
  }

  /** All is drawn anew, in another language. */
  redraw() {
    this.drawnBefore = { of: null, count: -1 };
    this.outcome.forget();
    this.draw();
  }

  drawNow() {
    const { scene, searching } = this.source();
    if (scene) this.drawScene(scene);
    if (page.refusal) sayRefusal(said, page.refusal);
    if (page.refusal || (scene && !searching)) document.documentElement.dataset.ready = "";
  }

  /** @param {Scene} scene */
  drawScene(scene) {
    this.outcome.follow(scene, state.values);
    const model = this.modelOf(scene);
    const { searching } = this.source();
    this.drawPictures(scene, model);
    const words = this.badgeOf(scene);
    showOrigin({ origin: scene.origin, words, searching, answered: scene.sweep !== null });
    if (this.outcome.curve) this.curve.update(this.outcome.curve);
    showFigures(scene.problem, model.result, model.shown.kept);
    this.onDrawn(scene);
    if (scene.refused) sayRefusal(said, () => softRefusal(scene.problem));
    else said.textContent = this.sentence(scene, model);
  }

  /** What lies under ground truth that is being drawn. @param {Scene} scene */
  under(scene) {
    return { ground: { ...groundOf(scene.problem), grid: null }, layers: layersUnder(this.modelOf(scene)) };
  }

  /** @param {Scene} scene @returns {Model} */
  modelOf({ problem, refused }) {
    const { result } = this.outcome;
    const { step, tool } = state.values;
    const all = { ...result, pending: refused ? result.takingPart : [] };
    return {
      problem,
      result,
      shown: step < 0 ? all : afterDecisions(result, step),
      pointed: page.pointed,
      selected: page.selected,
      tool,
      scoreOf: (index) => this.outcome.scoreOf(index),
    };
  }

  /** @param {Scene} scene @param {Model} model */
  drawPictures({ problem, sweep }, model) {
    const { result, shown } = model;
    const all = result.takingPart.length;
    const counts = { kept: shown.kept.length, suppressed: shown.suppressed.length, all };
    const summary = sweep ? t("Boxes kept: {kept}, suppressed: {suppressed}, of {all}.", counts) : "";
    const beside = state.values.view === "side";
    if (beside) this.drawBefore(model);
    const layers = beside ? layersAfter(model) : layersSwiped(model, page.swipe);
    this.after.update({ ...groundOf(problem), layers, summary });
    $("[data-before-count]").textContent = sweep ? t("Boxes: {count}", { count: number(all, 0) }) : "";
    $("[data-after-count]").textContent = summary;
    $("[data-key-pending]").hidden = state.values.step < 0;
    $("[data-key-cell]").hidden = !problem.grid;
  }

  /** @param {Model} model */
  drawBefore(model) {
    const count = model.result.takingPart.length;
    if (this.drawnBefore.of === model.problem && this.drawnBefore.count === count) return;
    this.drawnBefore = { of: model.problem, count };
    this.before.update({
      ...groundOf(model.problem),
      layers: layersBefore(model),
      summary: t("Boxes before suppression: {count}.", { count }),
    });
  }

  /** Where the boxes on show come from, if there are any. @param {Scene} scene */
  badgeOf({ origin, place }) {
    const { opened } = this.source().files;
    if (opened && (origin === "file" || origin === "edited"))
      return fileOrigin(opened, place, origin === "edited");
    return ORIGINS[origin]?.();
  }

  /** @param {Scene} scene @param {Model} model */
  sentence({ problem, sweep, soft }, { result, shown, scoreOf }) {
    const { values } = state;
    const curve = this.outcome.curve?.columns[1] ?? [];
    if (sweep)
      return sentenceOf(
        { problem, result, values, soft: soft !== null, scoreOf, curve },
        shown,
        page.pointed,
      );
    if (this.source().searching) return computing();
    return values.source === "file" ? t("Open a file of detections to see its boxes here.") : "";
  }
}

/** What the boxes lie on. @param {import("./cases.js").Problem} problem */
export const groundOf = ({ image, width, height, grid, frame = null }) => ({
  image,
  width,
  height,
  grid,
  frame,
});
