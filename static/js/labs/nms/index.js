/** The `nms` lab: one request a set of boxes, then every slider move is read from its answer. */

import { ApiError } from "../../core/api.js";
import { stateOfPage, wireLesson } from "../../core/controls.js";
import { $, download, h, oncePerFrame } from "../../core/dom.js";
import { boxUnder } from "../../math/geometry.js";
import { number, t } from "../../core/i18n.js";
import { COMPUTING } from "../../parts/photo_session.js";
import { boxEditor, selectedAfter } from "../../views/box_editor.js";
import { chart } from "../../views/chart.js";
import { picture } from "../../views/picture.js";
import { player } from "../../views/player.js";
import { toCoco, toCsv } from "./export.js";
import { withBox, withValues } from "./edit.js";
import { filePanel } from "./file_panel.js";
import { FILE_RULES } from "./files.js";
import { layersAfter, layersBefore, layersSwiped } from "./layers.js";
import { twoBoxes } from "./pair.js";
import { selectedForm, showFigures } from "./panels.js";
import { afterDecisions, keptCurve, prefix, resultAt, softResult, softScore, undecided } from "./result.js";
import { thresholdStep } from "./scene.js";
import { boxSource } from "./source.js";
import { curveWords, fileOrigin, ORIGINS, sentenceOf } from "./words.js";

const SOURCES = ["textbook", "neighbors", "photo", "hand", "file"];
const state = stateOfPage({
  source: { default: "textbook", check: (v) => SOURCES.includes(String(v)) },
  // Side by side is too small to see on a phone.
  view: {
    default: matchMedia("(max-width: 719px)").matches ? "swipe" : "side",
    check: (v) => ["side", "swipe"].includes(String(v)),
  },
  tool: { default: "look", check: (v) => ["look", "boxes", "truth"].includes(String(v)) },
  step: { default: -1, check: (v) => Number.isInteger(v) && Number(v) >= -1 && Number(v) <= 6000 },
  ...FILE_RULES,
});

let pointed = -1; // the box under the pointer, or reached by the arrow keys
let selected = -1; // the box or truth that the editor works on
let swipe = 0.5;
/** @type {import("./result.js").Result} */
const NOTHING = { kept: [], suppressed: [], suppressor: new Int32Array(), takingPart: [] };
let result = NOTHING;
/** @type {{of: object, count: number, columns: any, marker: number, summary: string} | null} */
let curve = null;

const said = $("[data-said]");
const [stage, specimens] = [$(".stage"), $("[data-specimens]")];
const half = () =>
  specimens.classList.contains("side") ? Math.max(240, innerHeight * 0.5) : Math.max(260, innerHeight * 0.66);
const before = picture($("[data-before]"), { maxHeight: half });
const after = picture($("[data-after]"), {
  maxHeight: half,
  onPoint: (x, y) => pointAt(x, y),
  onLeave: () => point(-1),
  onClick: (x, y) => pointAt(x, y),
});
after.element.tabIndex = 0;
const curveView = chart($("[data-curve]"), {
  x: t("IoU threshold"),
  y: t("boxes kept"),
  lines: [{ name: t("boxes kept"), color: "--accent" }],
  xRange: [0, 1],
  onPick: (x) => state.set({ iou_threshold: Math.round(x * 100) / 100 }),
});

/** @param {number} x @param {number} y */
function pointAt(x, y) {
  if (source.scene) point(boxUnder(source.scene.problem.boxes, [...result.kept, ...result.suppressed], x, y));
}

/** @param {number} index */
function point(index) {
  if (index === pointed || editor.dragging) return;
  pointed = index;
  draw();
}

// --- Getting boxes ------------------------------------------------------------------------------

let refusal = ""; // why there are no other boxes, until something else happens
const source = boxSource({
  state,
  roots: { uploader: $("[data-uploader]"), drop: specimens },
  onFiles: () => showFiles(),
  onScene: (anew) => {
    if (anew) pointed = selected = -1;
    refusal = "";
    draw();
  },
  onError: (error) => {
    if (!(error instanceof Error)) throw error;
    refusal = error.message;
    draw();
    if (!(error instanceof ApiError)) throw error;
  },
});
const files = filePanel(source.files, state);
/** The panel of files, the slider that follows their scores. */
const showFiles = oncePerFrame(() => {
  files.update();
  showReach();
});

/** The score threshold's slider reaches as far as the scores of the file, and its value, do. */
function showReach() {
  const [low, high] = state.values.source === "file" ? source.files.reach : [0, 1];
  const { score_threshold } = state.values;
  const [from, to] = [Math.min(low, score_threshold), Math.max(high, score_threshold)];
  const step = thresholdStep([from, to]);
  for (const input of document.querySelectorAll('[data-control="score_threshold"] input')) {
    if (input instanceof HTMLInputElement && input.type === "range")
      Object.assign(input, { min: from, max: to, step, value: score_threshold });
    else input.setAttribute("step", "any");
  }
}

// --- From the sweep to what is shown --------------------------------------------------------------

/** @type {unknown[]} what `result` and `curve` were worked out from */
let workedFrom = [];
/**
 * Work out anew what is shown, if anything that it depends on has changed.
 * @param {import("./source.js").Scene} scene
 */
function work({ problem, sweep, soft, refused }) {
  const { iou_threshold, score_threshold, top_n } = state.values;
  const from = [problem.scores, sweep, soft, refused, iou_threshold, score_threshold, top_n];
  if (from.every((one, i) => one === workedFrom[i])) return;
  workedFrom = from;
  const count = sweep ? prefix(sweep, problem.scores, score_threshold, top_n) : 0;
  if (soft) result = softResult(soft, problem.scores.length);
  else if (sweep && refused) result = undecided(sweep, count);
  else result = sweep ? resultAt(sweep, iou_threshold, count) : NOTHING;
  if (!sweep) curve = null;
  else if (!curve || curve.of !== sweep || curve.count !== count) {
    const kept = keptCurve(sweep, count);
    curve = { of: sweep, count, columns: [kept.map((_, i) => i / 100), kept], marker: 0, summary: "" };
  }
  // The same columns again: the chart then only moves its marker.
  if (curve)
    curve = { ...curve, marker: iou_threshold, summary: curveWords(curve.columns[1], iou_threshold, count) };
}

/** @param {number} index */
function scoreOf(index) {
  const { soft, problem } = source.scene ?? {};
  return (soft ? softScore(soft, index) : undefined) ?? problem?.scores[index] ?? 0;
}

// --- Drawing --------------------------------------------------------------------------------------

/** Picture, boxes, counts, badge and sentence are of one scene, and change in one frame. */
const draw = oncePerFrame(() => {
  const { scene } = source;
  if (scene) drawScene(scene);
  if (refusal) said.replaceChildren(h("span", { class: "bad" }, refusal));
  if (refusal || (scene && !source.searching)) document.documentElement.dataset.ready = "";
});

/** @param {import("./source.js").Scene} scene */
function drawScene(scene) {
  work(scene);
  const { problem, sweep, soft, origin, refused } = scene;
  const { view, tool, step } = state.values;
  const shown =
    step < 0 ? { ...result, pending: refused ? result.takingPart : [] } : afterDecisions(result, step);
  const model = { problem, result, shown, pointed, selected, tool, scoreOf };
  const base = {
    image: problem.image,
    width: problem.width,
    height: problem.height,
    grid: problem.grid,
    frame: problem.frame ?? null,
  };
  const summary = sweep
    ? t("Boxes kept: {kept}, suppressed: {suppressed}, of {all}.", {
        kept: shown.kept.length,
        suppressed: shown.suppressed.length,
        all: result.takingPart.length,
      })
    : "";
  if (view === "side") {
    drawBefore(base, model);
    after.update({ ...base, layers: layersAfter(model), summary });
  } else {
    after.update({ ...base, layers: layersSwiped(model, swipe), summary });
  }
  $("[data-before-count]").textContent = sweep
    ? t("Boxes: {count}", { count: number(result.takingPart.length, 0) })
    : "";
  $("[data-after-count]").textContent = summary;
  $("[data-key-pending]").hidden = step < 0;
  $("[data-badge]").textContent = badgeOf(scene);
  $("[data-badge]").dataset.origin = origin;
  stage.classList.toggle("unanswered", !sweep);
  stage.setAttribute("aria-busy", String(source.searching));
  if (curve) curveView.update(curve);
  showFigures(problem, result, shown.kept);
  showForm(tool === "boxes", source.newest ?? problem, selected);
  if (refused) said.replaceChildren(h("span", { class: "bad" }, refused));
  else if (sweep)
    said.textContent = sentenceOf(
      { problem, result, values: state.values, soft: soft !== null, scoreOf, curve: curve?.columns[1] ?? [] },
      shown,
      pointed,
    );
  else if (source.searching) said.textContent = COMPUTING;
  else
    said.textContent =
      state.values.source === "file" ? t("Open a file of detections to see its boxes here.") : "";
}

/** Where the boxes on show come from. @param {import("./source.js").Scene} scene */
function badgeOf({ origin, place }) {
  const { opened } = source.files;
  if (opened && (origin === "file" || origin === "edited"))
    return fileOrigin(opened, place, origin === "edited");
  return ORIGINS[origin] ?? (source.searching ? COMPUTING : "");
}

/** A threshold changes nothing before suppression: drawn anew only when the boxes are others. */
let drawnBefore = { of: /** @type {unknown} */ (null), count: -1 };
/** @param {any} base @param {import("./layers.js").Model} model */
function drawBefore(base, model) {
  const count = result.takingPart.length;
  if (drawnBefore.of === model.problem && drawnBefore.count === count) return;
  drawnBefore = { of: model.problem, count };
  before.update({
    ...base,
    layers: layersBefore(model),
    summary: t("Boxes before suppression: {count}.", { count }),
  });
}

// --- Editing --------------------------------------------------------------------------------------

function editable() {
  const { boxes, truths } = source.newest ?? { boxes: [], truths: [] };
  return state.values.tool === "truth" ? truths : Array.from(boxes);
}
const editor = boxEditor(after, {
  boxes: editable,
  size: () => [source.newest?.width ?? 1, source.newest?.height ?? 1],
  selected: () => selected,
  enabled: () => state.values.tool !== "look",
  onSelect: (index) => {
    selected = index;
    draw();
  },
  onEdit: ({ index, box, done }) => {
    if (state.values.tool === "truth") editTruths(index, box, done);
    else editBoxes(index, box, done);
  },
});

/** @param {number} index @param {number[] | null} box @param {boolean} done */
function editTruths(index, box, done) {
  if (box && index < 0 && !done) return preview(box);
  const count = (source.newest?.truths.length ?? 0) / 4;
  selected = selectedAfter(index, box, index < 0 ? count + 1 : count);
  source.editTruth(index, box);
}

/** @param {number} index @param {number[] | null} box @param {boolean} done */
function editBoxes(index, box, done) {
  if (box && index < 0 && !done) return preview(box);
  if (!source.newest) return;
  const problem = withBox(source.newest, index, box);
  selected = selectedAfter(index, box, problem.scores.length);
  source.edit(problem);
}

/** A box while it is being drawn. @param {number[]} box */
function preview(box) {
  if (!source.scene) return;
  const { image, width, height, boxes, frame = null } = source.scene.problem;
  const drawn = { boxes: box, indices: [0], style: "chosen" };
  after.update({
    image,
    width,
    height,
    frame,
    summary: "",
    layers: [{ boxes, indices: result.takingPart, style: "pending" }, drawn],
  });
}

const showForm = selectedForm({
  onValues: (score, label) => {
    if (selected >= 0 && source.newest) source.edit(withValues(source.newest, selected, score, label));
  },
  onDelete: () => selected >= 0 && editBoxes(selected, null, true),
});
$("[data-clear-truth]").addEventListener("click", () => {
  source.clearTruths();
});

// --- Keys, player, buttons --------------------------------------------------------------------------

after.element.addEventListener("keydown", (event) => {
  const turn = { PageDown: 1, PageUp: -1 }[event.key];
  if (turn && state.values.source === "file" && source.files.opened) {
    event.preventDefault();
    return source.files.step(turn);
  }
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by || state.values.tool !== "look" || !result.takingPart.length) return;
  event.preventDefault();
  const count = result.takingPart.length;
  const at = result.takingPart.indexOf(pointed);
  point(result.takingPart[(at + by + count) % count] ?? -1);
});

/** @returns {boolean} whether there is another decision to go to */
function stepOnce() {
  const { step } = state.values;
  pointed = -1;
  if (step < result.kept.length) state.set({ step: step < 0 ? 1 : step + 1 });
  return state.values.step < result.kept.length;
}
const { stop } = player(document.body, {
  actions: { reset: () => state.set({ step: 0 }), step: stepOnce, end: () => state.set({ step: -1 }) },
  onStart: () => {
    const { step } = state.values;
    if (step < 0 || step >= result.kept.length) state.set({ step: 0 });
  },
  advance: stepOnce,
  period: () => (result.kept.length > 30 ? 120 : 900),
});

/** Buttons of which one is chosen. @param {string} name */
function choices(name) {
  for (const button of document.querySelectorAll(`[data-${name}]`)) {
    const value = /** @type {HTMLElement} */ (button).dataset[name] ?? "";
    button.addEventListener("click", () => state.set({ [name]: value }));
  }
}
["source", "view", "tool"].forEach(choices);
$("[data-swipe] input").addEventListener("input", (event) => {
  swipe = Number(/** @type {HTMLInputElement} */ (event.target).value) / 100;
  draw();
});

const exports = {
  png: () => after.snapshot().toBlob((blob) => blob && download("vitrine-nms.png", blob)),
  json: () =>
    source.scene &&
    download(
      "vitrine-nms.json",
      new Blob([toCoco(source.scene.problem, result.kept, scoreOf)], { type: "application/json" }),
    ),
  csv: () =>
    source.scene &&
    download(
      "vitrine-nms.csv",
      new Blob([toCsv(source.scene.problem, result, scoreOf)], { type: "text/csv" }),
    ),
};
for (const [name, act] of Object.entries(exports)) $(`[data-export=${name}]`).addEventListener("click", act);

function showChoices() {
  const { source, view, tool, method } = state.values;
  for (const name of ["source", "view", "tool"]) {
    for (const button of document.querySelectorAll(`button[data-${name}]`)) {
      const on = /** @type {HTMLElement} */ (button).dataset[name] === state.values[name];
      button.setAttribute("aria-pressed", String(on));
    }
  }
  specimens.classList.toggle("side", view === "side");
  $("[data-before]").hidden = view !== "side";
  $("[data-swipe]").hidden = view !== "swipe";
  $("[data-photo-source]").hidden = source !== "photo";
  $("[data-file-source]").hidden = source !== "file";
  const editable = source === "hand" || source === "file";
  $("[data-tool=boxes]").hidden = !editable;
  $('[data-control="sigma"]').hidden = method !== "soft-gaussian";
  $('[data-control="iou_threshold"]').hidden = method === "soft-gaussian";
  showFiles();
  if (!editable && tool === "boxes") state.set({ tool: "look" });
}

state.subscribe((changed) => {
  refusal = "";
  source.enter();
  source.follow(changed);
  if (changed.has("tool")) selected = -1;
  if (changed.has("source") && state.values.source === "file") state.set({ tool: "look" });
  showChoices();
  draw();
});
wireLesson(state, (step) => {
  stop();
  if (!("step" in step)) state.set({ step: -1 });
});

twoBoxes($("[data-iou]"), $("[data-iou-said]"));
source.enter();
showChoices();
