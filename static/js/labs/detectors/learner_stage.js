/** The stage of a detector that learns: the scene of a step, a scene never learned from, the curves. */

import { $, all } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { pictureAt } from "../../core/recorded/noted.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { fillFigures } from "../../parts/figures.js";
import { frameOf, picture } from "../../views/picture.js";
import { roomFor } from "../../views/room.js";
import { learnerCurves } from "./learner_curves.js";
import { captionOf, drawnOf, layersOfHeldOut, layersOfSample } from "./learner_layers.js";
import { figuresOf, sayTraining } from "./learner_words.js";
import { state } from "./page.js";

/** @typedef {import("../../../types/frames.js").DetectorsFrame} Frame */

const AGAIN = 2000; // milliseconds after which a picture that did not come is asked for again

/** Pictures of drawn scenes by seed, each fetched once. @param {() => void} onCome */
function scenePictures(onCome) {
  /** @type {Map<number, HTMLImageElement>} */
  const known = new Map();
  return (/** @type {number} */ seed) => {
    let image = known.get(seed);
    if (!image) {
      image = new Image();
      image.addEventListener("load", onCome);
      image.addEventListener("error", () => {
        known.delete(seed); // the server was too busy: asked for again
        setTimeout(onCome, AGAIN);
      });
      image.src = pictureAt(`/api/detectors/drawn/${seed}`);
      known.set(seed, image);
    }
    return image.complete && image.naturalWidth > 0 ? image : null;
  };
}

/**
 * @param {ReturnType<typeof picture>} view
 * @param {HTMLElement} root
 * @param {Frame} frame
 * @param {HTMLImageElement} image
 */
function drawSample(view, root, frame, image) {
  const { side, cells } = frame.header;
  const drawn = drawnOf(frame, String(state.values.drawn));
  const summary = captionOf(frame, drawn);
  const grid = drawn === "cells" ? { rows: cells, columns: cells } : null;
  view.update({ image, width: side, height: side, layers: layersOfSample(frame, drawn), grid, summary });
  $("[data-sample-caption]", root).textContent = summary;
}

/**
 * The keys of what is drawn, and the choice where there is one.
 * @param {HTMLElement} root
 * @param {Frame} frame
 */
function showKinds(root, frame) {
  const drawn = drawnOf(frame, String(state.values.drawn));
  for (const part of all("[data-of-drawn]")) part.hidden = part.dataset.ofDrawn !== drawn;
  $("[data-drawn-choice]", root).hidden = frame.header.form !== "two";
}

/**
 * @param {ReturnType<typeof picture>} view
 * @param {HTMLElement} root
 * @param {Frame} frame
 * @param {HTMLImageElement} image
 */
function drawHeldOut(view, root, frame, image) {
  const { side } = frame.header;
  const { layers, judged } = layersOfHeldOut(frame, Number(state.values.score_threshold));
  const { right } = judged.counts;
  const summary = t("{right} of {count} objects are found at this score threshold.", {
    right,
    count: judged.known,
  });
  view.update({ image, width: side, height: side, layers, summary });
  $("[data-held-caption]", root).textContent = summary;
}

export function learnerStage() {
  const root = $(".view[data-view-of=train]");
  const scene = (/** @type {string} */ name) => {
    const figure = $(name, root);
    return picture(figure, { maxHeight: () => roomFor(frameOf(figure), { least: 150, share: 0.34 }) });
  };
  const [sample, held] = [scene("[data-train-sample]"), scene("[data-train-held]")];
  const curves = learnerCurves(root, String(state.values.form));
  const showChoice = choiceButtons(state, ["drawn", "curve"], root);
  const imageOf = scenePictures(() => draw());
  /** @type {{frame: Frame, past: boolean} | null} */
  let shown = null;

  function arrange() {
    showChoice();
    $("[data-trained]", root).dataset.curveShown = String(state.values.curve);
  }

  function draw() {
    if (!shown || state.values.tab !== "train") return;
    const { frame, past } = shown;
    const [image, other] = [imageOf(frame.header.scene), imageOf(frame.header.held_out)];
    showKinds(root, frame);
    // A sample lies on its own scene: until that is here, the one before stays.
    if (image) drawSample(sample, root, frame, image);
    if (other) drawHeldOut(held, root, frame, other);
    arrange();
    curves.show(frame, past);
    $("[data-train-said]").textContent = sayTraining(frame);
    fillFigures($("[data-figures]"), figuresOf(frame));
    showBadge(frame.header.step);
    document.documentElement.dataset.ready = "";
  }

  const empty = { image: null, width: 1, height: 1, layers: [] };
  for (const view of [sample, held]) view.update({ ...empty, summary: t("no step yet") });
  arrange();
  return {
    draw,
    /** @param {Frame} frame @param {boolean} past */
    show(frame, past) {
      shown = { frame, past };
      draw();
    },
    /** @returns {Frame | null} */
    get frame() {
      return shown && shown.frame;
    },
    toCsv: () => (shown ? curves.toCsv() : ""),
    snapshot: () => sample.snapshot(),
  };
}

/** Where what is on show comes from. @param {number} step */
function showBadge(step) {
  const badge = $("[data-badge]");
  badge.dataset.origin = step ? "live" : "untrained";
  badge.textContent = step ? t("live: computed now, on this server") : t("untrained: random weights");
  const stage = $(".stage");
  stage.classList.remove("unanswered");
  stage.setAttribute("aria-busy", "false");
}
