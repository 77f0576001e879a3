/** The picture of the `rpn` page and what stands around it: drawn from what the page knows. */

import { $, h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { computing } from "../../parts/photo_session.js";
import { layersOf, layersOfTruth, layersUnder, legendOf } from "./layers.js";
import { heatOf, outcome } from "./math.js";
import { anchorsHere, currentMap, isPlaced, page, state } from "./page.js";
import { showCell, showFigures } from "./panels.js";
import { sentenceOf } from "./words.js";

/** @typedef {import("./layers.js").Model} Model */
/** @typedef {import("./math.js").Output} Output */
/** @typedef {import("../../core/photo.js").Photo} Photo */
/** @typedef {ReturnType<typeof import("../../views/picture.js").picture>} Picture */

const said = $("[data-said]");

/**
 * A photo about which there is no answer.
 * @param {Picture} view
 * @param {Photo} photo
 * @param {boolean} searching
 */
export function drawPhoto(view, photo, searching) {
  const { image, width, height } = photo;
  const layers = layersOfTruth({ truths: page.truths, selected: page.selected, values: state.values });
  view.update({ image, width, height, layers, summary: t("The photo") });
  if (searching) said.textContent = computing();
}

/**
 * @param {Picture} view
 * @param {Photo} photo
 * @param {Output} output
 * @param {boolean} searching whether a newer answer is under way
 * @returns {Record<string, string> | null} the shape of what each stage yields
 */
export function drawAnswer(view, photo, output, searching) {
  const model = modelOf(output);
  if (!model) return null;
  const sentence = sentenceOf(model);
  drawPicture(view, photo, model, sentence);
  said.textContent = searching ? computing() : sentence;
  showParts(model);
  document.documentElement.dataset.ready = "";
  return shapesOf(model);
}

/**
 * What is on show under a box while it is being drawn.
 * @param {Photo} photo
 * @returns {{ground: import("../../parts/photo_lab.js").Ground, layers: import("./layers.js").Layer[]}}
 */
export function shownUnder({ image, width, height }) {
  const model = page.output && modelOf(page.output);
  const layers = model
    ? layersUnder(model)
    : layersOfTruth({ truths: page.truths, selected: -1, values: state.values });
  return { ground: { image, width, height, ...(model && { heat: heatLayer(model) }) }, layers };
}

/** All that the drawing is made from. @param {Output} output @returns {Model | null} */
function modelOf(output) {
  const map = currentMap();
  if (!map) return null;
  const values = { ...state.values, ...page.asked };
  const here = anchorsHere();
  return {
    output,
    map,
    values,
    here,
    result: outcome(output, /** @type {any} */ (values)),
    chosen: values.shape >= 0 ? (here[values.shape] ?? -1) : -1,
    labels: page.labels,
    truths: page.truths,
    selected: page.selected,
    slide: page.slide,
    frame: page.frame,
  };
}

/** @param {Picture} view @param {Photo} photo @param {Model} model @param {string} summary */
function drawPicture(view, photo, model, summary) {
  const { map, values } = model;
  const placed = isPlaced(values.stage);
  const [width, height] = [photo.width / map.width, photo.height / map.height];
  const { row, column } = values;
  view.update({
    image: photo.image,
    width: photo.width,
    height: photo.height,
    layers: layersOf(model),
    heat: heatLayer(model),
    grid: placed ? { rows: map.height, columns: map.width } : null,
    cell: placed ? [column * width, row * height, (column + 1) * width, (row + 1) * height] : null,
    summary,
  });
}

/** @param {Model} model */
function heatLayer({ output, map, values, frame }) {
  if (values.stage === "scores") {
    return { values: heatOf(output, map, values.heat), rows: map.height, columns: map.width };
  }
  if (values.stage !== "features" || frame.header.pictured_map === null) return null;
  const [channels, rows, columns] = frame.shapes.features;
  const first = Math.min(values.channel, channels - 1) * rows * columns;
  const pixels = frame.arrays.features.subarray(first, first + rows * columns);
  return {
    values: Float32Array.from(pixels, (/** @type {number} */ v) => v / 255),
    rows,
    columns,
    alpha: 0.86,
  };
}

/** The parts of the page that belong to the stage. @param {Model} model */
function showParts(model) {
  const { output, values, labels, truths } = model;
  const placed = isPlaced(values.stage);
  showFigures(model);
  legendOf($("[data-legend]"), values.stage, labels !== null, page.heat);
  $("[data-heat]").hidden = values.stage !== "scores";
  $("[data-map]").hidden = output.maps.length < 2 || !placed;
  $("[data-features]").hidden = values.stage !== "features";
  $("[data-cell]").hidden = !placed;
  $("[data-rules]").hidden = labels === null;
  $("[data-own-rule]").hidden = values.model !== "vitrine";
  $("[data-clear-truth]").hidden = values.tool !== "truth" || truths.length === 0;
  if (placed) showCell(model, (shape) => state.set({ shape }));
}

const count = (/** @type {number} */ value) => number(value, 0);

/** @param {Model} model @returns {Record<string, string>} */
function shapesOf({ output, map, result, frame }) {
  const { transform } = frame.header;
  const total = output.anchors.length / 4;
  const k = map.anchors_per_location;
  const shape = `${map.height}×${map.width}`;
  return {
    photo: `3×${transform.input_height}×${transform.input_width}`,
    features: `${map.channels}×${shape}`,
    anchors: `${count(total)}×4`,
    scores: `${output.outputs * k}×${shape}`,
    deltas: `${4 * k}×${shape}`,
    clipped: `${count(total)}×4`,
    top: `${count(result.entered)}×4`,
    nms: `${count(result.kept.length)}×4`,
    proposals: `${count(result.proposals.length)}×4`,
  };
}

/** The lists of anchors and of feature maps to choose from. */
export function fillChoices() {
  const map = currentMap();
  if (!page.output || !map) return;
  const heat = /** @type {HTMLSelectElement} */ ($("[data-heat-choice]"));
  const shapes = Array.from({ length: map.anchors_per_location }, (_, shape) =>
    h("option", { value: shape }, t("anchor {name}", { name: shape + 1 })),
  );
  heat.replaceChildren(h("option", { value: -1 }, t("the best anchor of each place")), ...shapes);
  heat.value = String(Math.min(state.values.heat, map.anchors_per_location - 1));
  const maps = /** @type {HTMLSelectElement} */ ($("[data-map-choice]"));
  maps.replaceChildren(
    ...page.output.maps.map((m, i) =>
      h("option", { value: i }, `${m.width} × ${m.height} × ${m.anchors_per_location}`),
    ),
  );
  maps.value = String(state.values.map);
}
