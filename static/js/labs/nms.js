/** The `nms` lab: one request a set of boxes, then every slider move is read from its answer. */

import { ApiError, latest, post, postForFrame } from "../core/api.js";
import { stateOfPage, wireLesson } from "../core/controls.js";
import { $, download, h, oncePerFrame } from "../core/dom.js";
import { boxAt, boxUnder, matchTruths, overlap } from "../core/geometry.js";
import { number, t } from "../core/i18n.js";
import { chooseSample, lastPhoto, listSamples, upload } from "../core/photo.js";
import { boxEditor } from "../views/box_editor.js";
import { chart } from "../views/chart.js";
import { picture } from "../views/picture.js";
import { uploader } from "../views/uploader.js";
import { toCoco, toCsv } from "./nms_export.js";
import { emptyGround, neighbors, textbook } from "./nms_cases.js";
import { afterDecisions, iouOf, keptCurve, parseDetections, prefix, resultAt } from "./nms_result.js";

/** @typedef {import("./nms_cases.js").Problem} Problem */

const SOURCES = ["textbook", "neighbors", "photo", "hand", "file"];
const state = stateOfPage({
  source: { default: "textbook", check: (v) => SOURCES.includes(String(v)) },
  view: { default: "side", check: (v) => ["side", "swipe"].includes(String(v)) },
  tool: { default: "look", check: (v) => ["look", "boxes", "truth"].includes(String(v)) },
  step: { default: -1, check: (v) => Number.isInteger(v) && Number(v) >= -1 && Number(v) <= 6000 },
});

/** @type {Problem} */
let problem = textbook();
/** @type {import("./nms_result.js").Sweep | null} */
let sweep = null;
/** @type {any} */
let soft = null;
let pointed = -1; // the box under the pointer, or reached by the arrow keys
let selected = -1; // the box or truth that the editor works on
let swipe = 0.5;
/** @type {import("./nms_result.js").Result} */
let result = { kept: [], suppressed: [], suppressor: new Int32Array(), takingPart: [] };
/** @type {{columns: any, marker: number, summary: string} | null} */
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
const sweepSlot = {};
const softSlot = {};

/** @param {unknown} error */
function complain(error) {
  if (!(error instanceof Error)) throw error;
  said.replaceChildren(h("span", { class: "bad" }, error.message));
  if (!(error instanceof ApiError)) throw error;
}

const asQuery = () => ({
  boxes: Array.from({ length: problem.scores.length }, (_, i) => boxAt(problem.boxes, i)),
  scores: Array.from(problem.scores),
  labels: state.values.class_aware && problem.labels ? Array.from(problem.labels) : null,
});

/** One request for every threshold. */
async function askSweep() {
  try {
    const frame = await latest(sweepSlot, (signal) => postForFrame("/api/nms/sweep", asQuery(), signal));
    if (!frame) return;
    sweep = { order: frame.arrays.order, suppressedBy: frame.arrays.suppressed_by };
    recompute();
  } catch (error) {
    complain(error);
  }
}

/** Soft-NMS is the server's: the newest question wins. */
async function askSoft() {
  const { method, sigma, iou_threshold, score_threshold, top_n } = state.values;
  const all = asQuery();
  const order = Array.from(sweep?.order ?? []).slice(0, top_n);
  try {
    const answer = await latest(softSlot, (signal) =>
      post(
        "/api/nms",
        {
          boxes: order.map((i) => all.boxes[i]),
          scores: order.map((i) => all.scores[i]),
          labels: all.labels && order.map((i) => all.labels?.[i]),
          method, sigma, iou_threshold, score_threshold,
        },
        signal,
      ),
    );
    if (!answer) return;
    soft = { ...answer, order };
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
  await askSweep();
  if (isSoft()) await askSoft();
}

/** @param {import("../core/photo.js").Photo} photo */
async function showPhoto(photo) {
  said.textContent = t("The network looks at the photo …");
  const frame = await postForFrame("/api/rpn/proposals", { image_id: photo.id, pre_nms_top_n: 2000 });
  const { boxes, scores } = frame.arrays;
  const next = {
    width: photo.width, height: photo.height, image: photo.image, boxes, scores,
    labels: null, truths: (photo.boxes ?? []).flat(), grid: null,
  };
  problem = next;
  origin = "shipped";
  soft = null;
  pointed = selected = -1;
  // The answer carries its own sweep; its boxes are sorted already.
  sweep = { order: Int32Array.from(scores, (/** @type {number} */ _, /** @type {number} */ i) => i), suppressedBy: frame.arrays.suppressed_by };
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
  const parsed = await file.text().then(JSON.parse).then(parseDetections, () => "This file is not JSON.");
  if (typeof parsed === "string") {
    said.replaceChildren(h("span", { class: "bad" }, t(parsed)));
    return;
  }
  await show({ ...emptyGround(), ...parsed, image: null, truths: [] }, "file");
});

// --- From the sweep to what is shown --------------------------------------------------------------

const recompute = oncePerFrame(() => {
  if (!sweep) return;
  const { iou_threshold, score_threshold, top_n } = state.values;
  const count = prefix(sweep, problem.scores, score_threshold, top_n);
  if (isSoft() && soft) result = softResult();
  else result = resultAt(sweep, iou_threshold, count);
  const kept = keptCurve(sweep, count);
  if (!curve || curve.columns[1].join() !== kept.join()) {
    curve = { columns: [kept.map((_, i) => i / 100), kept], marker: 0, summary: "" };
  }
  curve.marker = iou_threshold;
  curve.summary = t("At IoU threshold {threshold} hard NMS keeps {kept} of {all} boxes; at 0 it keeps {least}, at 1 all {most}.", {
    threshold: number(iou_threshold), kept: kept[Math.round(iou_threshold * 100)] ?? 0, all: count, least: kept[0] ?? 0, most: kept[100] ?? 0,
  });
  draw();
});

/** Soft-NMS's answer in the same form. @returns {import("./nms_result.js").Result} */
function softResult() {
  const suppressor = new Int32Array(problem.scores.length).fill(-1);
  soft.suppressed_by.forEach((/** @type {number} */ by, /** @type {number} */ i) => {
    suppressor[soft.order[i]] = by < 0 ? -1 : soft.order[by];
  });
  const kept = soft.keep.map((/** @type {number} */ i) => soft.order[i]);
  const stays = new Set(kept);
  return { kept, suppressor, takingPart: soft.order, suppressed: soft.order.filter((/** @type {number} */ i) => !stays.has(i)) };
}

/** @param {number} index */
const scoreOf = (index) => {
  const place = isSoft() && soft ? soft.order.indexOf(index) : -1;
  return place >= 0 ? soft.scores[place] : (problem.scores[index] ?? 0);
};

// --- Drawing --------------------------------------------------------------------------------------

const draw = oncePerFrame(() => {
  const { view, source, tool, step } = state.values;
  const shown = step < 0 ? { ...result, pending: [] } : afterDecisions(result, step);
  const few = result.takingPart.length <= 40;
  const label = few ? (/** @type {number} */ i) => `${i + 1}: ${number(scoreOf(i))}` : undefined;
  const base = { image: problem.image, width: problem.width, height: problem.height, grid: problem.grid };
  const truth = { boxes: problem.truths, indices: problem.truths.map((_, i) => i).slice(0, problem.truths.length / 4), style: "truth" };
  const beforeLayers = [
    { boxes: problem.boxes, indices: result.takingPart, style: "pending", ...(few && { label: (/** @type {number} */ i) => `${i + 1}: ${number(problem.scores[i] ?? 0)}` }) },
    truth,
  ];
  const afterLayers = [
    truth,
    { boxes: problem.boxes, indices: shown.suppressed, style: "suppressed" },
    { boxes: problem.boxes, indices: shown.pending, style: "pending" },
    { boxes: problem.boxes, indices: shown.kept, style: "kept", ...(label && { label }) },
    ...pointedLayers(),
    ...selectedLayers(),
  ];
  const summary = t("{kept} boxes kept, {suppressed} suppressed, of {all}.", {
    kept: shown.kept.length, suppressed: shown.suppressed.length, all: result.takingPart.length,
  });
  if (view === "side") {
    before.update({ ...base, layers: beforeLayers, summary: t("Before suppression: {count} boxes.", { count: result.takingPart.length }) });
    after.update({ ...base, layers: afterLayers, summary });
  } else {
    const cut = swipe * problem.width;
    const layers = [
      ...beforeLayers.map((layer) => ({ ...layer, clip: /** @type {[number, number]} */ ([0, cut]) })),
      ...afterLayers.map((layer) => ({ ...layer, clip: /** @type {[number, number]} */ ([cut, problem.width]) })),
      { boxes: [cut, 0, cut, problem.height], indices: [0], style: "divider" },
    ];
    after.update({ ...base, layers, summary });
  }
  $("[data-before-count]").textContent = t("{count} boxes", { count: number(result.takingPart.length, 0) });
  $("[data-after-count]").textContent = summary;
  $("[data-key-pending]").hidden = step < 0;
  if (curve) curveView.update(curve);
  showFigures(shown.kept);
  showSelected(tool, source);
  if (sweep) say(shown);
});

function pointedLayers() {
  if (pointed < 0) return [];
  const by = result.suppressor[pointed] ?? -1;
  const rows = [{
    boxes: problem.boxes, indices: [pointed], style: "chosen",
    label: (/** @type {number} */ i) => t("box {name}", { name: i + 1 }),
  }];
  if (by >= 0) {
    rows.unshift({
      boxes: problem.boxes, indices: [by], style: "suppressor",
      label: (i) => t("box {name}, IoU {iou}", { name: i + 1, iou: number(iouOf(problem.boxes, pointed, by)) }),
    });
  }
  return rows;
}

function selectedLayers() {
  if (selected < 0 || state.values.tool === "look") return [];
  const boxes = state.values.tool === "truth" ? problem.truths : problem.boxes;
  return selected < boxes.length / 4 ? [{ boxes, indices: [selected], style: "chosen" }] : [];
}

/** @param {number[]} kept */
function showFigures(kept) {
  const rows = [
    [t("Boxes in"), number(result.takingPart.length, 0)],
    [t("Kept"), number(kept.length, 0)],
    [t("Suppressed"), number(result.suppressed.length, 0)],
  ];
  if (problem.truths.length) {
    const match = matchTruths(problem.boxes, kept, problem.truths, 0.5);
    rows.push(
      [t("Precision"), number(match.precision)],
      [t("Recall"), number(match.recall)],
      ["F1", number(match.f1)],
    );
  }
  $("[data-figures]").replaceChildren(
    ...rows.map(([name = "", value = ""]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/** @param {{kept: number[], suppressed: number[], pending: number[]}} shown */
function say(shown) {
  const { iou_threshold, step, method } = state.values;
  if (pointed >= 0) return said.replaceChildren(describeBox(pointed));
  if (step >= 0) return said.replaceChildren(describeStep(step, shown.pending.length));
  const values = { kept: number(shown.kept.length, 0), all: number(result.takingPart.length, 0), threshold: number(iou_threshold) };
  if (method === "greedy") {
    said.textContent = t("{kept} of {all} boxes stay: no two of them overlap by more than IoU {threshold}. A higher threshold keeps more.", values);
  } else {
    said.textContent = t("{kept} of {all} boxes stay. Soft-NMS has lowered the scores of those that overlap a better one.", values);
  }
}

/** @param {number} index */
function describeBox(index) {
  const by = result.suppressor[index] ?? -1;
  const values = { name: index + 1, score: number(problem.scores[index] ?? 0), after: number(scoreOf(index)) };
  if (by < 0 && isSoft()) return t("Box {name} stays: its score was {score} and is now {after}.", values);
  if (by < 0) return t("Box {name} (score {score}) is kept: no better box that is kept overlaps it too much.", values);
  const more = { ...values, by: by + 1, iou: number(iouOf(problem.boxes, index, by)), threshold: number(state.values.iou_threshold) };
  if (isSoft()) return t("Box {name} fell from {score} to {after}, below the score threshold; box {by} lowered it the most, with IoU {iou}.", more);
  return t("Box {name} (score {score}) was suppressed by box {by}: their IoU is {iou}, over the threshold {threshold}.", more);
}

/** @param {number} step @param {number} pending */
function describeStep(step, pending) {
  if (step === 0) return t("Nothing is decided yet. {count} boxes wait, sorted by score. Press Step.", { count: result.takingPart.length });
  const picked = result.kept[step - 1] ?? -1;
  if (picked < 0) return t("All is decided.");
  const fell = result.suppressed.filter((index) => result.suppressor[index] === picked);
  const list = fell.slice(0, 5).map((i) => t("box {name} (IoU {iou})", { name: i + 1, iou: number(iouOf(problem.boxes, i, picked)) })).join(", ") + (fell.length > 5 ? " …" : "");
  const first = t("Decision {step}: box {name} has the highest score left, {score}, and is kept.", { step, name: picked + 1, score: number(scoreOf(picked)) });
  const second = fell.length
    ? t("It suppresses {count}: {list}.", { count: fell.length, list })
    : t("No box that is left overlaps it by more than {threshold}.", { threshold: number(state.values.iou_threshold) });
  const third = pending ? t("{count} still wait.", { count: pending }) : t("All is decided.");
  return `${first} ${second} ${third}`;
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
  const truths = problem.truths.slice();
  if (!box) truths.splice(index * 4, 4);
  else if (index >= 0) truths.splice(index * 4, 4, ...box);
  else if (done) truths.push(...box);
  else return preview(box);
  if (index < 0) selected = truths.length / 4 - 1;
  if (!box) selected = -1;
  problem = { ...problem, truths };
  draw();
}

/** @param {number} index @param {number[] | null} box @param {boolean} done */
function editBoxes(index, box, done) {
  const boxes = Array.from(problem.boxes);
  const scores = Array.from(problem.scores);
  const labels = Array.from(problem.labels ?? new Int32Array(scores.length));
  if (!box) {
    boxes.splice(index * 4, 4);
    scores.splice(index, 1);
    labels.splice(index, 1);
    selected = -1;
  } else if (index >= 0) boxes.splice(index * 4, 4, ...box);
  else if (done) {
    boxes.push(...box);
    scores.push(0.7);
    labels.push(1);
    selected = scores.length - 1;
  } else return preview(box);
  problem = { ...problem, boxes: Float32Array.from(boxes), scores: Float32Array.from(scores), labels: Int32Array.from(labels) };
  origin = "hand";
  if (done) result = { kept: [], suppressed: [], suppressor: new Int32Array(scores.length).fill(-1), takingPart: [] };
  askSweep().then(() => isSoft() && askSoft());
}

/** A box while it is being drawn. @param {number[]} box */
function preview(box) {
  after.update({
    image: problem.image, width: problem.width, height: problem.height, summary: "",
    layers: [
      { boxes: problem.boxes, indices: result.takingPart, style: "pending" },
      { boxes: box, indices: [0], style: "chosen" },
    ],
  });
}

const form = /** @type {HTMLFormElement} */ ($("[data-selected-form]"));
const field = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ ($(`[name=${name}]`, form));

/** @param {string} tool @param {string} source */
function showSelected(tool, source) {
  form.hidden = tool !== "boxes";
  $("[data-delete]").toggleAttribute("disabled", selected < 0);
  $("[data-selected-name]").textContent = selected >= 0 ? t("Box {name}", { name: selected + 1 }) : t("No box chosen");
  for (const name of ["score", "label"]) {
    const input = field(name);
    input.disabled = selected < 0;
    if (selected < 0 || document.activeElement === input) continue;
    input.value = String(name === "score" ? Number((problem.scores[selected] ?? 0).toFixed(4)) : (problem.labels?.[selected] ?? 0));
  }
  $("[data-photo-source]").hidden = source !== "photo";
  $("[data-file-source]").hidden = source !== "file";
}
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", () => {
  if (selected < 0 || !form.reportValidity()) return;
  const scores = problem.scores.slice();
  const labels = (problem.labels ?? new Int32Array(scores.length)).slice();
  scores[selected] = Number(field("score").value);
  labels[selected] = Number(field("label").value);
  problem = { ...problem, scores, labels };
  askSweep().then(() => isSoft() && askSoft());
});
$("[data-delete]").addEventListener("click", () => selected >= 0 && editBoxes(selected, null, true));
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

let timer = 0;
const playing = () => timer !== 0;
function stop() {
  clearInterval(timer);
  timer = 0;
  $("[data-player=play]").textContent = t("Play");
}
function stepOnce() {
  const { step } = state.values;
  if (step >= result.kept.length) return stop();
  pointed = -1;
  state.set({ step: step < 0 ? 1 : step + 1 });
}
const player = {
  reset: () => (stop(), state.set({ step: 0 })),
  step: () => (stop(), stepOnce()),
  play: () => {
    if (playing()) return stop();
    if (state.values.step < 0 || state.values.step >= result.kept.length) state.set({ step: 0 });
    timer = window.setInterval(stepOnce, result.kept.length > 30 ? 120 : 900);
    $("[data-player=play]").textContent = t("Pause");
  },
  end: () => (stop(), state.set({ step: -1 })),
};
for (const [name, act] of Object.entries(player)) $(`[data-player=${name}]`).addEventListener("click", act);

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

const BADGES = /** @type {Record<string, string>} */ ({
  drawn: t("A drawn example; the suppression is live"),
  shipped: t("Boxes from shipped weights; the suppression is live"),
  hand: t("Your boxes; the suppression is live"),
  file: t("Boxes from your file; the suppression is live"),
});

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
  $("[data-hand-tools]").hidden = false;
  $("[data-tool=boxes]").hidden = source !== "hand";
  $('[data-control="sigma"]').hidden = method !== "soft-gaussian";
  $('[data-control="iou_threshold"]').hidden = method === "soft-gaussian";
  $("[data-badge]").textContent = BADGES[origin] ?? "";
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

// --- Two boxes to drag ------------------------------------------------------------------------------

/** @type {number[]} */
let pair = [60, 50, 240, 190, 150, 90, 340, 230];
let pairSelected = 0;
const iouView = picture($("[data-iou]"), { maxHeight: () => 240 });
iouView.element.tabIndex = 0;
boxEditor(iouView, {
  boxes: () => pair,
  size: () => [400, 260],
  selected: () => pairSelected,
  canDraw: () => false,
  enabled: () => true,
  onSelect: (index) => (pairSelected = index),
  onEdit: ({ index, box }) => {
    if (!box || index < 0) return;
    pair.splice(index * 4, 4, ...box);
    drawPair();
  },
});
function drawPair() {
  const [a, b] = [boxAt(pair, 0), boxAt(pair, 1)];
  const { intersection, union, iou } = overlap(a, b);
  const text = t("Intersection {intersection} px², union {union} px²: IoU = {intersection} / {union} = {iou}", {
    intersection: number(intersection, 0), union: number(union, 0), iou: number(iou, 3),
  });
  iouView.update({
    image: null, width: 400, height: 260, summary: text,
    layers: [
      { boxes: pair, indices: [0], style: "first", label: () => "A" },
      { boxes: pair, indices: [1], style: "second", label: () => "B" },
    ],
  });
  $("[data-iou-said]").textContent = text;
}

drawPair();
showChoices();
enterSource().then(() => {
  showChoices();
  document.documentElement.dataset.ready = "";
});
