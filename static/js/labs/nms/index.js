/** The `nms` lab: one request a set of boxes, then every slider move is read from its answer. */

import { ApiError } from "../../core/api.js";
import { $, oncePerFrame } from "../../core/dom.js";
import { onLanguage, sentences, t } from "../../core/i18n.js";
import { boxAtEdge, boxUnder } from "../../math/geometry.js";
import { FEW } from "../../math/ink.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { wireLesson } from "../../parts/lesson.js";
import { drawnBoxes } from "../../parts/photo_lab.js";
import { pngOf } from "../../parts/png.js";
import { wireTools } from "../../parts/share.js";
import { player } from "../../views/player.js";
import { toCoco, toCsv } from "./export.js";
import { withBox, withValues } from "./edit.js";
import { filePanel } from "./file_panel.js";
import { Outcome } from "./outcome.js";
import { page, state } from "./page.js";
import { twoBoxes } from "./pair.js";
import { selectedForm } from "./panels.js";
import { thresholdStep } from "./scene.js";
import { BoxSource } from "./source.js";
import { Stage } from "./stage.js";

const SLACK = 6; // CSS pixels from a box's line that still mean it

const specimens = $("[data-specimens]");
const outcome = new Outcome();
const stage = new Stage({
  source: () => source,
  outcome,
  onPoint: pointAt,
  onLeave: () => point(-1),
  onDrawn: ({ problem }) => showForm(state.values.tool === "boxes", source.newest ?? problem, page.selected),
});

/** @param {number} x @param {number} y */
function pointAt(x, y) {
  const { kept, suppressed } = outcome.result;
  const { boxes } = source.scene?.problem ?? {};
  if (!boxes) return;
  // A line says which box is meant. Of hundreds, those that were suppressed are no lines.
  const lines = kept.length + suppressed.length <= FEW ? [...kept, ...suppressed] : kept;
  const edge = boxAtEdge(boxes, lines, x, y, SLACK / stage.after.scale);
  const inside = edge < 0 ? boxUnder(boxes, kept, x, y) : edge;
  point(inside < 0 ? boxUnder(boxes, suppressed, x, y) : inside);
}

/** @param {number} index */
function point(index) {
  if (index === page.pointed || editor.dragging) return;
  page.pointed = index;
  stage.draw();
}

// --- Getting boxes ------------------------------------------------------------------------------

const source = new BoxSource({
  state,
  roots: { uploader: $("[data-uploader]"), drop: specimens },
  onFiles: () => showFiles(),
  onScene: (anew) => {
    if (anew) page.pointed = page.selected = -1;
    page.refusal = null;
    showFiles();
    stage.draw();
  },
  onError: (error) => {
    if (!(error instanceof Error)) throw error;
    page.refusal = () => error.message;
    stage.draw();
    if (!(error instanceof ApiError)) throw error;
  },
});
const files = filePanel(source.files, state);
/** The panel of files, the slider that follows their scores. */
const showFiles = oncePerFrame(() => {
  files.update(source.scene?.problem ?? null);
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

// --- Editing --------------------------------------------------------------------------------------

const editor = drawnBoxes(stage.after, {
  boxes: () => (state.values.tool === "truth" ? source.newest?.truths : source.newest?.boxes) ?? [],
  size: () => [source.newest?.width ?? 1, source.newest?.height ?? 1],
  selected: () => page.selected,
  enabled: () => state.values.tool !== "look",
  onSelect: (index) => {
    page.selected = index;
    stage.draw();
  },
  under: () => {
    const { scene } = source;
    return scene && stage.under(scene);
  },
  onEdit: (index, box, selected) => {
    if (state.values.tool === "truth") {
      page.selected = selected;
      source.editTruth(index, box);
    } else editBox(index, box, selected);
  },
});

/** @param {number} index @param {number[] | null} box @param {number} selected after it */
function editBox(index, box, selected) {
  if (!source.newest) return;
  page.selected = selected;
  source.edit(withBox(source.newest, index, box));
}

const showForm = selectedForm({
  onValues: (score, label) => {
    if (page.selected >= 0 && source.newest)
      source.edit(withValues(source.newest, page.selected, score, label));
  },
  onDelete: () => page.selected >= 0 && editBox(page.selected, null, -1),
});
$("[data-clear-truth]").addEventListener("click", () => source.clearTruths());

// --- Keys, player, buttons --------------------------------------------------------------------------

/** @type {Record<string, number>} */
const PICTURES = { PageDown: 1, PageUp: -1 };
/** @type {Record<string, number>} */
const BOXES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

stage.after.element.addEventListener("keydown", (event) => {
  const turn = PICTURES[event.key];
  if (turn && state.values.source === "file" && source.files.opened) {
    event.preventDefault();
    return source.files.step(turn);
  }
  const by = BOXES[event.key];
  const { takingPart } = outcome.result;
  if (!by || state.values.tool !== "look" || !takingPart.length) return;
  event.preventDefault();
  const count = takingPart.length;
  point(takingPart[(takingPart.indexOf(page.pointed) + by + count) % count] ?? -1);
});

/** @returns {boolean} whether there is another decision to go to */
function stepOnce() {
  const { step } = state.values;
  const last = outcome.result.kept.length;
  page.pointed = -1;
  if (step < last) state.set({ step: step < 0 ? 1 : step + 1 });
  return state.values.step < last;
}
const { stop } = player(document.body, {
  actions: { reset: () => state.set({ step: 0 }), step: stepOnce, end: () => state.set({ step: -1 }) },
  onStart: () => {
    const { step } = state.values;
    if (step < 0 || step >= outcome.result.kept.length) state.set({ step: 0 });
  },
  advance: stepOnce,
  period: () => (outcome.result.kept.length > 30 ? 120 : 900),
});

$("[data-swipe] input").addEventListener("input", (event) => {
  page.swipe = Number(/** @type {HTMLInputElement} */ (event.target).value) / 100;
  stage.draw();
});

const scoreOf = (/** @type {number} */ index) => outcome.scoreOf(index);
const isOwn = () => ["hand", "file"].includes(state.values.source);
wireTools({
  slug: "nms",
  state,
  exports: {
    png: () => pngOf(stage.after.snapshot()),
    json: () => (source.scene ? toCoco(source.scene.problem, outcome.result.kept, scoreOf) : ""),
    csv: () => (source.scene ? toCsv(source.scene.problem, outcome.result, scoreOf) : ""),
  },
  also: () => ({ sample: source.photos.photo?.name ?? "" }),
  missing: () =>
    sentences([
      isOwn() ? t("Your boxes are no part of it.") : "",
      source.drewTruths ? t("Boxes that you drew are no part of it.") : "",
      state.values.source === "photo" && !source.photos.photo?.name
        ? t("Your photo is no part of it: a sample picture takes its place.")
        : "",
    ]),
});

// --- What follows from a setting --------------------------------------------------------------------

const showPressed = choiceButtons(state, ["source", "view", "tool"]);

function showChoices() {
  const { source: chosen, view, tool, method } = state.values;
  showPressed();
  specimens.classList.toggle("side", view === "side");
  $("[data-before]").hidden = view !== "side";
  $("[data-swipe]").hidden = view !== "swipe";
  $("[data-photo-source]").hidden = chosen !== "photo";
  $("[data-file-source]").hidden = chosen !== "file";
  const editable = chosen === "hand" || chosen === "file";
  $("[data-tool=boxes]").hidden = !editable;
  $('[data-control="sigma"]').hidden = method !== "soft-gaussian";
  $('[data-control="iou_threshold"]').hidden = method === "soft-gaussian";
  showFiles();
  if (!editable && tool === "boxes") state.set({ tool: "look" });
}

const ALL_OF_A_FILE = 1000;

/** A photo begins with few boxes; those of a visitor's file all take part, until fewer are asked for. */
function fitTopN() {
  const { source: chosen, top_n } = state.values;
  const first = state.rules.top_n?.default ?? 0;
  if (chosen === "file" && top_n === first) state.set({ top_n: ALL_OF_A_FILE });
  if (chosen !== "file" && top_n === ALL_OF_A_FILE) state.set({ top_n: first });
}

state.subscribe((changed) => {
  page.refusal = null;
  source.enter();
  source.follow(changed);
  if (changed.has("tool")) page.selected = -1;
  if (changed.has("source")) {
    fitTopN();
    if (state.values.source === "file") state.set({ tool: "look" });
  }
  showChoices();
  stage.draw();
});
wireLesson(state, (step) => {
  stop();
  if (!("step" in step)) state.set({ step: -1 });
});

onLanguage(() => {
  source.files.reread();
  showFiles();
  stage.redraw();
});
twoBoxes($("[data-iou]"), $("[data-iou-said]"));
if (state.values.source === "file") fitTopN();
source.enter();
showChoices();
