/** The `nms` lab: one request a set of boxes, then every slider move is read from its answer. */

import { ApiError, latest } from "../core/api.js";
import { stateOfPage, wireLesson } from "../core/controls.js";
import { $, download, h, oncePerFrame } from "../core/dom.js";
import { boxUnder } from "../core/geometry.js";
import { number, t } from "../core/i18n.js";
import { chooseSample, lastPhoto, listSamples, upload } from "../core/photo.js";
import { boxEditor, edited, selectedAfter } from "../views/box_editor.js";
import { chart } from "../views/chart.js";
import { picture } from "../views/picture.js";
import { player } from "../views/player.js";
import { uploader } from "../views/uploader.js";
import { toCoco, toCsv } from "./nms_export.js";
import { emptyGround, neighbors, textbook } from "./nms_cases.js";
import { fetchProposals, fetchSoft, fetchSweep } from "./nms_ask.js";
import { withBox, withValues } from "./nms_edit.js";
import { layersAfter, layersBefore, layersSwiped } from "./nms_layers.js";
import { twoBoxes } from "./nms_pair.js";
import { selectedForm, showFigures } from "./nms_panels.js";
import { afterDecisions, keptCurve, parseDetections, prefix, resultAt, softResult, softScore } from "./nms_result.js";
import { curveWords, ORIGINS, sentenceOf } from "./nms_words.js";

/** @typedef {import("./nms_cases.js").Problem} Problem */

const SOURCES = ["textbook", "neighbors", "photo", "hand", "file"];
const state = stateOfPage({
  source: { default: "textbook", check: (v) => SOURCES.includes(String(v)) },
  // Side by side is too small to see on a phone.
  view: { default: matchMedia("(max-width: 719px)").matches ? "swipe" : "side", check: (v) => ["side", "swipe"].includes(String(v)) },
  tool: { default: "look", check: (v) => ["look", "boxes", "truth"].includes(String(v)) },
  step: { default: -1, check: (v) => Number.isInteger(v) && Number(v) >= -1 && Number(v) <= 6000 },
});

/** @type {Problem} */
let problem = textbook();
/** @type {import("./nms_result.js").Sweep | null} */
let sweep = null;
/** @type {import("./nms_result.js").Soft | null} */
let soft = null;
let pointed = -1; // the box under the pointer, or reached by the arrow keys
let selected = -1; // the box or truth that the editor works on
let swipe = 0.5;
/** @type {import("./nms_result.js").Result} */
let result = { kept: [], suppressed: [], suppressor: new Int32Array(), takingPart: [] };
/** @type {{of: object, count: number, columns: any, marker: number, summary: string} | null} */
let curve = null;
let origin = "drawn";

const said = $("[data-said]");
const specimens = $("[data-specimens]");
const half = () => (specimens.classList.contains("side") ? Math.max(240, innerHeight * 0.5) : Math.max(260, innerHeight * 0.66));
const before = picture($("[data-before]"), { maxHeight: half });
const after = picture($("[data-after]"), {
  maxHeight: half,
  onPoint: (x, y) => point(boxUnder(problem.boxes, visible(), x, y)),
  onLeave: () => point(-1),
  onClick: (x, y) => point(boxUnder(problem.boxes, visible(), x, y)),
});
after.element.tabIndex = 0;
const curveView = chart($("[data-curve]"), {
  x: t("IoU threshold"),
  y: t("boxes kept"),
  lines: [{ name: t("boxes kept"), color: "--accent" }],
  xRange: [0, 1],
  onPick: (x) => state.set({ iou_threshold: Math.round(x * 100) / 100 }),
});

/** Boxes that one can point at now. */
function visible() {
  return [...result.kept, ...result.suppressed];
}

/** @param {number} index */
function point(index) {
  if (index === pointed || editor.dragging) return;
  pointed = index;
  draw();
}

// --- Getting boxes ------------------------------------------------------------------------------

const isSoft = () => state.values.method !== "greedy";
const [sweepSlot, softSlot] = [{}, {}];

/** @param {unknown} error */
function complain(error) {
  if (!(error instanceof Error)) throw error;
  said.replaceChildren(h("span", { class: "bad" }, error.message));
  if (!(error instanceof ApiError)) throw error;
}

/** One request for every threshold. */
async function askSweep() {
  try {
    const answer = await latest(sweepSlot, (signal) => fetchSweep(problem, state.values.class_aware, signal));
    if (!answer) return;
    sweep = answer;
    recompute();
  } catch (error) {
    complain(error);
  }
}

/** Soft-NMS is the server's: the newest question wins. */
async function askSoft() {
  const order = Array.from(sweep?.order ?? []).slice(0, state.values.top_n);
  try {
    const answer = await latest(softSlot, (signal) => fetchSoft(problem, order, state.values, signal));
    if (!answer) return;
    soft = answer;
    recompute();
  } catch (error) {
    complain(error);
  }
}

/** @param {Problem} next @param {string} from */
async function show(next, from) {
  problem = next;
  origin = from;
  sweep = soft = null;
  pointed = selected = -1;
  await askAgain();
}

/** @param {import("../core/photo.js").Photo} photo */
async function showPhoto(photo) {
  said.textContent = t("The network looks at the photo …");
  ({ problem, sweep } = await fetchProposals(photo));
  origin = "shipped";
  soft = null;
  pointed = selected = -1;
  samplesView.update({ samples, chosen: photo.name ?? "" });
  recompute();
  if (isSoft()) await askSoft();
}

/** @type {any[]} */
let samples = [];
const samplesView = uploader($("[data-uploader]"), {
  drop: specimens,
  onFile: async (file, onProgress) => {
    try {
      const photo = await upload(file, onProgress);
      entered = "photo";
      state.set({ source: "photo", step: -1 });
      await showPhoto(photo);
    } catch (error) {
      complain(error);
    }
  },
  onSample: async (name) => {
    try {
      await showPhoto(await chooseSample(name));
    } catch (error) {
      complain(error);
    }
  },
});

let entered = "";
/** Load what `source` names, once each time it changes. */
async function enterSource() {
  const { source } = state.values;
  if (source === entered) return;
  entered = source;
  try {
    if (source === "textbook") await show(textbook(), "drawn");
    else if (source === "neighbors") await show(neighbors(), "drawn");
    else if (source === "hand") {
      state.set({ tool: "boxes" });
      await show(emptyGround(), "hand");
    } else if (source === "photo") {
      samples = await listSamples();
      await showPhoto(await lastPhoto());
    } else said.textContent = t("Open a file of detections to see its boxes here.");
  } catch (error) {
    complain(error);
  }
}

$("[data-detections]").addEventListener("change", async (event) => {
  const field = /** @type {HTMLInputElement} */ (event.target);
  const file = field.files?.[0];
  field.value = "";
  if (!file) return;
  const parsed = await file.text().then(JSON.parse).then(parseDetections, () => t("This file is not JSON."));
  if (typeof parsed === "string") {
    said.replaceChildren(h("span", { class: "bad" }, parsed));
    return;
  }
  await show({ ...emptyGround(), ...parsed, image: null, truths: [] }, "file");
});

/** The boxes have changed. */
async function askAgain() {
  await askSweep();
  if (isSoft()) await askSoft();
}

// --- From the sweep to what is shown --------------------------------------------------------------

const recompute = oncePerFrame(() => {
  if (!sweep) return;
  const { iou_threshold, score_threshold, top_n } = state.values;
  const count = prefix(sweep, problem.scores, score_threshold, top_n);
  result = isSoft() && soft ? softResult(soft, problem.scores.length) : resultAt(sweep, iou_threshold, count);
  if (!curve || curve.of !== sweep || curve.count !== count) {
    const kept = keptCurve(sweep, count);
    curve = { of: sweep, count, columns: [kept.map((_, i) => i / 100), kept], marker: 0, summary: "" };
  }
  // The same columns again: the chart then only moves its marker.
  curve = { ...curve, marker: iou_threshold, summary: curveWords(curve.columns[1], iou_threshold, count) };
  draw();
});

/** @param {number} index */
const scoreOf = (index) => (isSoft() && soft ? softScore(soft, index) : undefined) ?? problem.scores[index] ?? 0;

// --- Drawing --------------------------------------------------------------------------------------

const draw = oncePerFrame(() => {
  const { view, tool, step } = state.values;
  const shown = step < 0 ? { ...result, pending: [] } : afterDecisions(result, step);
  const model = { problem, result, shown, pointed, selected, tool, scoreOf };
  const base = { image: problem.image, width: problem.width, height: problem.height, grid: problem.grid };
  const summary = t("{kept} boxes kept, {suppressed} suppressed, of {all}.", {
    kept: shown.kept.length, suppressed: shown.suppressed.length, all: result.takingPart.length,
  });
  if (view === "side") {
    drawBefore(base, model);
    after.update({ ...base, layers: layersAfter(model), summary });
  } else {
    after.update({ ...base, layers: layersSwiped(model, swipe), summary });
  }
  $("[data-before-count]").textContent = t("{count} boxes", { count: number(result.takingPart.length, 0) });
  $("[data-after-count]").textContent = summary;
  $("[data-key-pending]").hidden = step < 0;
  if (curve) curveView.update(curve);
  showFigures(problem, result, shown.kept);
  showForm(tool === "boxes", problem, selected);
  if (sweep) said.textContent = sentenceOf({ problem, result, values: state.values, soft: isSoft(), scoreOf }, shown, pointed);
});

/** A threshold changes nothing before suppression: drawn anew only when the boxes are others. */
let drawnBefore = { problem, count: -1 };
/** @param {any} base @param {any} model */
function drawBefore(base, model) {
  const count = result.takingPart.length;
  if (drawnBefore.problem === problem && drawnBefore.count === count) return;
  drawnBefore = { problem, count };
  before.update({ ...base, layers: layersBefore(model), summary: t("Before suppression: {count} boxes.", { count }) });
}

// --- Editing --------------------------------------------------------------------------------------

const editable = () => (state.values.tool === "truth" ? problem.truths : Array.from(problem.boxes));
const editor = boxEditor(after, {
  boxes: editable,
  size: () => [problem.width, problem.height],
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
  problem = { ...problem, truths: edited(problem.truths, index, box) };
  selected = selectedAfter(index, box, problem.truths.length / 4);
  draw();
}

/** @param {number} index @param {number[] | null} box @param {boolean} done */
function editBoxes(index, box, done) {
  if (box && index < 0 && !done) return preview(box);
  problem = withBox(problem, index, box);
  selected = selectedAfter(index, box, problem.scores.length);
  origin = "hand";
  askAgain();
}

/** A box while it is being drawn. @param {number[]} box */
function preview(box) {
  const { image, width, height, boxes } = problem;
  const drawn = { boxes: box, indices: [0], style: "chosen" };
  after.update({ image, width, height, summary: "", layers: [{ boxes, indices: result.takingPart, style: "pending" }, drawn] });
}

const showForm = selectedForm({
  onValues: (score, label) => {
    if (selected < 0) return;
    problem = withValues(problem, selected, score, label);
    askAgain();
  },
  onDelete: () => selected >= 0 && editBoxes(selected, null, true),
});
$("[data-clear-truth]").addEventListener("click", () => {
  problem = { ...problem, truths: [] };
  draw();
});

// --- Keys, player, buttons --------------------------------------------------------------------------

after.element.addEventListener("keydown", (event) => {
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
  json: () => download("vitrine-nms.json", new Blob([toCoco(problem, result.kept, scoreOf)], { type: "application/json" })),
  csv: () => download("vitrine-nms.csv", new Blob([toCsv(problem, result, scoreOf)], { type: "text/csv" })),
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
  $("[data-tool=boxes]").hidden = source !== "hand";
  $('[data-control="sigma"]').hidden = method !== "soft-gaussian";
  $('[data-control="iou_threshold"]').hidden = method === "soft-gaussian";
  $("[data-badge]").textContent = ORIGINS[origin] ?? "";
  $("[data-badge]").dataset.origin = origin;
  if (source !== "hand" && tool === "boxes") state.set({ tool: "look" });
}

state.subscribe(async (changed) => {
  if (changed.has("source")) await enterSource();
  showChoices();
  if (changed.has("class_aware")) await askSweep();
  if (changed.has("tool")) selected = -1;
  const softly = ["method", "sigma", "class_aware", "score_threshold", "top_n"].some((name) => changed.has(name));
  if (isSoft() && (softly || changed.has("iou_threshold"))) await askSoft();
  if (!isSoft()) soft = null;
  recompute();
});
wireLesson(state, (step) => {
  stop();
  if (!("step" in step)) state.set({ step: -1 });
});

twoBoxes($("[data-iou]"), $("[data-iou-said]"));
showChoices();
enterSource().then(() => {
  showChoices();
  document.documentElement.dataset.ready = "";
});
