/** The `rpn` lab: one answer of the network, walked through stage by stage. */

import { ApiError, json, postForFrame } from "../../core/api.js";
import { stateOfPage, wireLesson } from "../../core/controls.js";
import { $, h, oncePerFrame } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { COMPUTING, photoSession } from "../../parts/photo_session.js";
import { boxEditor, edited, selectedAfter } from "../../views/box_editor.js";
import { picture } from "../../views/picture.js";
import { player } from "../../views/player.js";
import { uploader } from "../../views/uploader.js";
import { anchorIndex, assign, heatOf, locate, outcome } from "./math.js";
import { layersOf, layersOfTruth, legendOf } from "./layers.js";
import { showCell, showFigures, showThumbs } from "./panels.js";
import { ORIGINS, sentenceOf } from "./words.js";

const STAGES = ["photo", "features", "anchors", "scores", "deltas", "clipped", "top", "nms", "proposals"];
const whole = (/** @type {number} */ low, /** @type {number} */ high) => (/** @type {any} */ v) =>
  Number.isInteger(v) && v >= low && v <= high;
const state = stateOfPage({
  stage: { default: "anchors", check: (v) => STAGES.includes(String(v)) },
  row: { default: -1, check: whole(-1, 4000) },
  column: { default: -1, check: whole(-1, 4000) },
  shape: { default: -1, check: whole(-1, 63) },
  map: { default: 0, check: whole(0, 9) },
  channel: { default: 0, check: whole(0, 4095) },
  heat: { default: -1, check: whole(-1, 63) },
  tool: { default: "look", check: (v) => v === "look" || v === "truth" },
});

/** @type {import("../../core/photo.js").Photo | null} */
let photo = null;
/** @type {import("./math.js").Output | null} */
let output = null;
/** @type {any} */
let frame = null;
/** @type {Record<string, any>} the settings that it was asked with; those of the page may be newer */
let asked = {};
/** @type {number[]} */
let truths = [];
let selected = -1;
/** @type {{labels: Int8Array, best: Float32Array} | null} */
let labels = null;
let slide = 1; // how far the boxes have slid from anchor to decoded, in [0, 1]

const said = $("[data-said]");
const stage = $(".stage");
const view = picture($("[data-picture]"), {
  onClick: (x, y) => state.values.tool === "look" && choosePlace(x, y),
});
view.element.tabIndex = 0;

// --- The network's answer ---------------------------------------------------------------------------

const paperForm = () => !String(state.values.model).startsWith("fasterrcnn");
const REST = 150; // milliseconds that a control rests before the network is asked

/**
 * What the network is asked with. In the paper's form the answer holds every box, so that top-n needs no
 * other.
 */
function settings() {
  const { model, min_size, input_size, pre_nms_top_n } = state.values;
  return { model, min_size, input_size, ...(paperForm() ? {} : { pre_nms_top_n }) };
}

const photos = photoSession({
  settings,
  find: ({ id }, of, signal) =>
    postForFrame("/api/rpn/proposals", { image_id: id, pre_nms_top_n: 6000, ...of }, signal),
  onPhoto: (next) => {
    // the first one keeps the place that the address names
    if (photo) state.set({ row: -1, column: -1, shape: -1 });
    photo = next;
    truths = (photo.boxes ?? []).flat();
    selected = -1;
    forget();
  },
  onFound: (_, answer, of) => take(answer, of),
  onError: (error, of) => {
    if (of) forget();
    complain(error);
  },
  onSamples: (samples, chosen) => samplesView.update({ samples, chosen }),
  onProgress: (share) => samplesView.progress(share),
});
const samplesView = uploader($("[data-uploader]"), {
  drop: $("[data-picture]"),
  onFile: photos.upload,
  onSample: photos.sample,
});

/** No answer is about this photo, or none can be had: what an earlier one gave goes. */
function forget() {
  output = frame = labels = null;
  said.textContent = "";
  $("[data-command]").hidden = true;
  draw();
}

/** @param {unknown} error */
function complain(error) {
  if (!(error instanceof Error)) throw error;
  said.replaceChildren(h("span", { class: "bad" }, error.message));
  document.documentElement.dataset.ready = "";
  if (!(error instanceof ApiError)) throw error;
  const command = $("[data-command]");
  command.hidden = error.code !== "model_not_installed";
  command.textContent = `vitrine fetch-weights ${state.values.model}`;
  if (error.code === "image_gone") $("[data-uploader] label").scrollIntoView({ block: "center" });
}

/** @param {any} answer @param {Record<string, any>} of the settings */
function take(answer, of) {
  [frame, asked] = [answer, of];
  const { header, arrays, shapes } = answer;
  output = {
    image: header.image,
    maps: header.feature_maps,
    spec: header.anchors,
    outputs: shapes.logits[1],
    anchors: arrays.anchors,
    logits: arrays.logits,
    objectness: arrays.objectness,
    deltas: arrays.deltas,
    largeEnough: arrays.large_enough,
    boxes: arrays.boxes,
    scores: arrays.scores,
    anchorOf: arrays.anchor,
    suppressedBy: arrays.suppressed_by,
  };
  const maps = output.maps;
  const map = maps[state.values.map];
  const { row, column } = state.values;
  if (!map || row < 0 || row >= map.height || column < 0 || column >= map.width) {
    const best = locate(maps, output.anchorOf[0] ?? 0);
    state.set({ map: best.map, row: best.row, column: best.column, shape: best.shape });
  }
  $("[data-command]").hidden = true;
  reassign();
  fillChoices();
  if (frame.header.pictured_map !== null) showThumbs($("[data-thumbs]"), frame, state);
  draw();
}

function reassign() {
  const { positive_iou, negative_iou, tool } = state.values;
  labels = null;
  if (output && truths.length && tool === "truth")
    labels = assign(output.anchors, truths, positive_iou, negative_iou);
}

// --- Drawing ----------------------------------------------------------------------------------------

const currentMap = () => output?.maps[Math.min(state.values.map, output.maps.length - 1)] ?? null;

/** The anchors of the chosen place, by index. */
function anchorsHere() {
  const map = currentMap();
  if (!map) return [];
  const { row, column } = state.values;
  return Array.from({ length: map.anchors_per_location }, (_, shape) => anchorIndex(map, row, column, shape));
}

/** All that speaks of the answer changes with it, in one frame. */
const draw = oncePerFrame(() => {
  if (!photo) return;
  const { header } = frame ?? {};
  const badge = $("[data-badge]");
  badge.dataset.origin = header?.origin ?? "";
  badge.textContent = ORIGINS[header?.origin] ?? (photos.searching ? COMPUTING : "");
  stage.classList.toggle("unanswered", !output);
  stage.setAttribute("aria-busy", String(photos.searching));
  if (output) drawAnswer(output, photo);
  else drawPhoto(photo);
});

/** A photo about which there is no answer. @param {import("../../core/photo.js").Photo} of */
function drawPhoto(of) {
  const layers = layersOfTruth({ truths, selected, values: state.values });
  view.update({ image: of.image, width: of.width, height: of.height, layers, summary: t("The photo") });
  showStages(null);
  if (photos.searching) said.textContent = COMPUTING;
}

/** @param {import("./math.js").Output} output @param {import("../../core/photo.js").Photo} photo */
function drawAnswer(output, photo) {
  const map = currentMap();
  if (!map) return;
  const values = { ...state.values, ...asked };
  const result = outcome(output, /** @type {any} */ (values));
  const here = anchorsHere();
  const chosen = values.shape >= 0 ? (here[values.shape] ?? -1) : -1;
  const model = { output, map, values, result, here, chosen, labels, truths, selected, slide, frame };
  const cellWidth = photo.width / map.width;
  const cellHeight = photo.height / map.height;
  const placed = ["anchors", "scores", "deltas", "clipped"].includes(values.stage);
  const sentence = sentenceOf(model);
  view.update({
    image: photo.image,
    width: photo.width,
    height: photo.height,
    layers: layersOf(model),
    heat: heatLayer(model),
    grid: placed ? { rows: map.height, columns: map.width } : null,
    cell: placed
      ? [
          values.column * cellWidth,
          values.row * cellHeight,
          (values.column + 1) * cellWidth,
          (values.row + 1) * cellHeight,
        ]
      : null,
    summary: sentence,
  });
  said.textContent = photos.searching ? COMPUTING : sentence;
  showStages(result);
  showFigures(model);
  legendOf($("[data-legend]"), values.stage, labels !== null);
  $("[data-heat]").hidden = values.stage !== "scores";
  $("[data-map]").hidden = output.maps.length < 2 || !placed;
  $("[data-features]").hidden = values.stage !== "features";
  $("[data-cell]").hidden = !placed;
  $("[data-clear-truth]").hidden = values.tool !== "truth" || truths.length === 0;
  if (placed) showCell(model, (shape) => state.set({ shape }));
  document.documentElement.dataset.ready = "";
}

/** @param {any} model */
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

const count = (/** @type {number} */ value) => number(value, 0);

/** The stages and their shapes. @param {ReturnType<typeof outcome> | null} result */
function showStages(result) {
  const shapes = output && result ? shapesOf(output, result) : {};
  for (const button of document.querySelectorAll("[data-stage]")) {
    const name = /** @type {HTMLElement} */ (button).dataset.stage ?? "";
    const on = name === state.values.stage;
    if (on && button.getAttribute("aria-pressed") !== "true") reveal(/** @type {HTMLElement} */ (button));
    button.setAttribute("aria-pressed", String(on));
    $("[data-shape]", button).textContent = shapes[name] ?? "";
  }
}

/**
 * @param {import("./math.js").Output} output
 * @param {ReturnType<typeof outcome>} result
 * @returns {Record<string, string>}
 */
function shapesOf(output, result) {
  const map = currentMap();
  const { transform } = frame.header;
  const total = output.anchors.length / 4;
  const k = map?.anchors_per_location ?? 0;
  const shape = `${map?.height}×${map?.width}`;
  return {
    photo: `3×${transform.input_height}×${transform.input_width}`,
    features: `${map?.channels}×${shape}`,
    anchors: `${count(total)}×4`,
    scores: `${output.outputs * k}×${shape}`,
    deltas: `${4 * k}×${shape}`,
    clipped: `${count(total)}×4`,
    top: `${count(result.entered)}×4`,
    nms: `${count(result.kept.length)}×4`,
    proposals: `${count(result.proposals.length)}×4`,
  };
}

/** Scroll the row of stages, and only that, until the button is in it. @param {HTMLElement} button */
function reveal(button) {
  const row = $("[data-stages]");
  row.scrollLeft +=
    button.getBoundingClientRect().left - row.getBoundingClientRect().left - row.clientWidth / 3;
}

function fillChoices() {
  const map = currentMap();
  if (!output || !map) return;
  const heat = /** @type {HTMLSelectElement} */ ($("[data-heat-choice]"));
  const shapes = Array.from({ length: map.anchors_per_location }, (_, shape) =>
    h("option", { value: shape }, t("anchor {name}", { name: shape + 1 })),
  );
  heat.replaceChildren(h("option", { value: -1 }, t("the best anchor of each place")), ...shapes);
  heat.value = String(Math.min(state.values.heat, map.anchors_per_location - 1));
  const maps = /** @type {HTMLSelectElement} */ ($("[data-map-choice]"));
  maps.replaceChildren(
    ...output.maps.map((m, i) =>
      h("option", { value: i }, `${m.width} × ${m.height} × ${m.anchors_per_location}`),
    ),
  );
  maps.value = String(state.values.map);
}

// --- What the visitor does ----------------------------------------------------------------------------

/** @param {number} x @param {number} y pixels of the photo */
function choosePlace(x, y) {
  const map = currentMap();
  if (!map || !photo) return;
  state.set({
    column: Math.min(Math.max(Math.floor((x / photo.width) * map.width), 0), map.width - 1),
    row: Math.min(Math.max(Math.floor((y / photo.height) * map.height), 0), map.height - 1),
    ...(["anchors", "scores", "deltas", "clipped"].includes(state.values.stage) ? {} : { stage: "anchors" }),
  });
}

view.element.addEventListener("keydown", (event) => {
  const map = currentMap();
  const { row, column, tool } = state.values;
  const [dx = 0, dy = 0] =
    { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
  if (!map || tool !== "look") return;
  if (/^[1-9]$/.test(event.key) && Number(event.key) <= map.anchors_per_location)
    state.set({ shape: Number(event.key) - 1 });
  else if (dx || dy) {
    state.set({
      row: Math.min(Math.max(row + dy, 0), map.height - 1),
      column: Math.min(Math.max(column + dx, 0), map.width - 1),
    });
  } else return;
  event.preventDefault();
});

boxEditor(view, {
  boxes: () => truths,
  size: () => [photo?.width ?? 1, photo?.height ?? 1],
  selected: () => selected,
  enabled: () => state.values.tool === "truth",
  onSelect: (index) => {
    selected = index;
    draw();
  },
  onEdit: ({ index, box, done }) => {
    if (box && index < 0 && !done) return preview(box);
    truths = edited(truths, index, box);
    selected = selectedAfter(index, box, truths.length / 4);
    reassign();
    draw();
  },
});

/** A box while it is being drawn. @param {number[]} box */
function preview(box) {
  if (!photo) return;
  const all = truths.map((_, i) => i).slice(0, truths.length / 4);
  view.update({
    image: photo.image,
    width: photo.width,
    height: photo.height,
    summary: "",
    layers: [
      { boxes: truths, indices: all, style: "truth" },
      { boxes: box, indices: [0], style: "chosen" },
    ],
  });
}
$("[data-clear-truth]").addEventListener("click", () => {
  truths = [];
  selected = -1;
  reassign();
  draw();
});

const reduced = matchMedia("(prefers-reduced-motion: reduce)");
/** Boxes slide from anchor to decoded within 250 ms: the motion is the explanation. */
function slideIn() {
  if (reduced.matches) return;
  const start = performance.now();
  const move = (/** @type {number} */ now) => {
    slide = Math.min(Math.max((now - start) / 250, 0), 1);
    draw();
    if (slide < 1) requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
}

/** @param {number} by @returns {boolean} whether there is another stage after it */
const moveStage = (by) => {
  const next = STAGES[STAGES.indexOf(state.values.stage) + by];
  if (next) state.set({ stage: next });
  return state.values.stage !== STAGES.at(-1);
};
const { stop } = player(document.body, {
  actions: { back: () => moveStage(-1), next: () => moveStage(1) },
  onStart: () => state.values.stage === STAGES.at(-1) && state.set({ stage: "photo" }),
  advance: () => moveStage(1),
  period: () => 2200,
});
for (const button of document.querySelectorAll("[data-stage]")) {
  button.addEventListener(
    "click",
    () => (stop(), state.set({ stage: /** @type {HTMLElement} */ (button).dataset.stage ?? "" })),
  );
}
for (const button of document.querySelectorAll("[data-tool]")) {
  button.addEventListener("click", () =>
    state.set({ tool: /** @type {HTMLElement} */ (button).dataset.tool ?? "" }),
  );
}
for (const name of ["heat", "map"]) {
  $(`[data-${name}-choice]`).addEventListener("change", (event) => {
    const value = Number(/** @type {HTMLSelectElement} */ (event.target).value);
    state.set(name === "map" ? { map: value, row: 0, column: 0, shape: -1 } : { [name]: value });
  });
}

const hide = (/** @type {boolean} */ on) => view.frame.classList.toggle("hiding", on);
const hold = $("[data-hold]");
hold.addEventListener("pointerdown", () => hide(true));
for (const name of ["pointerup", "pointerleave", "blur"]) hold.addEventListener(name, () => hide(false));
for (const [name, on] of /** @type {[string, boolean][]} */ ([
  ["keydown", true],
  ["keyup", false],
])) {
  addEventListener(name, (event) => {
    const { key, target } = /** @type {KeyboardEvent} */ (event);
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (key.toLowerCase() === "h" && !typing) hide(on);
    if (target === hold && (key === " " || key === "Enter")) hide(on);
  });
}

function showTools() {
  for (const button of document.querySelectorAll("[data-tool]")) {
    button.setAttribute(
      "aria-pressed",
      String(/** @type {HTMLElement} */ (button).dataset.tool === state.values.tool),
    );
  }
  view.element.style.cursor = "crosshair";
}
state.subscribe((changed) => {
  showTools();
  const again = ["model", "min_size", "input_size", ...(paperForm() ? [] : ["pre_nms_top_n"])];
  if (again.some((name) => changed.has(name))) photos.again(REST);
  if (["positive_iou", "negative_iou", "tool"].some((name) => changed.has(name))) reassign();
  if (changed.has("map")) fillChoices();
  const moved = ["row", "column", "shape", "stage"].some((name) => changed.has(name));
  if (moved && state.values.stage === "deltas") slideIn();
  draw();
});
wireLesson(state, stop);

/** Say in the list which models this machine does not have. */
async function markMissing() {
  const models = await json("/api/rpn/models");
  for (const { name, installed } of models) {
    const option = document.querySelector(`#c-model option[value="${name}"]`);
    if (option && !installed) option.textContent += " " + t("(not installed)");
  }
}

showTools();
markMissing().catch(complain);
photos.open();
