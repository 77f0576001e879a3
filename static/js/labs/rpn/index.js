/** The `rpn` lab: one answer of the network, walked through stage by stage. */

import { postForFrame } from "../../core/api.js";
import { $, oncePerFrame } from "../../core/dom.js";
import { onLanguage, sentences, t } from "../../core/i18n.js";
import { noteMarked } from "../../core/shown.js";
import { choiceButtons, onChoice, press } from "../../parts/choice_buttons.js";
import { wireLesson } from "../../parts/lesson.js";
import {
  ORIGINS,
  complain,
  drawnBoxes,
  holdForPhoto,
  markMissing,
  photoSource,
  showOrigin,
} from "../../parts/photo_lab.js";
import { pngOf } from "../../parts/png.js";
import { wireTools } from "../../parts/share.js";
import { stageRow } from "../../parts/stages.js";
import { edited } from "../../views/box_editor.js";
import { picture } from "../../views/picture.js";
import { toCoco, toCsv } from "./export.js";
import { locate } from "./math.js";
import { STAGES, currentMap, isPlaced, outputOf, page, reassign, state } from "./page.js";
import { showThumbs } from "./panels.js";
import { drawAnswer, drawPhoto, fillChoices, shownUnder } from "./stage.js";
import { windowByHand } from "./window.js";

const view = picture($("[data-picture]"), {
  onClick: (x, y) => state.values.tool === "look" && choosePlace(x, y),
  onPainted: (heat) => {
    if (heat === page.heat) return;
    page.heat = heat; // the key says so
    draw();
  },
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

const photos = photoSource({
  state,
  roots: { uploader: $("[data-uploader]"), drop: $("[data-picture]") },
  session: {
    settings,
    find: ({ id }, of, signal) =>
      postForFrame("/api/rpn/proposals", { image_id: id, pre_nms_top_n: 6000, ...of }, signal),
    onPhoto: takePhoto,
    onFound: (_, answer, of) => takeAnswer(answer, of),
    onError: (error, of) => {
      if (of) forget();
      refuse(error);
    },
  },
});

/** @param {unknown} error */
const refuse = (error) => complain($("[data-said]"), error, `vitrine fetch-weights ${state.values.model}`);

const byHand = windowByHand(refuse);

/** @param {import("../../core/photo.js").Photo} photo */
function takePhoto(photo) {
  // the first one keeps the place that the address names
  if (page.photo) state.set({ row: -1, column: -1, shape: -1 });
  Object.assign(page, { photo, truths: (photo.boxes ?? []).flat(), selected: -1 });
  noteMarked(page.truths);
  forget();
}

/** No answer is about this photo, or none can be had: what an earlier one gave goes. */
function forget() {
  Object.assign(page, { output: null, frame: null, labels: null });
  $("[data-said]").textContent = "";
  $("[data-command]").hidden = true;
  draw();
}

/** @param {any} frame @param {Record<string, any>} asked the settings */
function takeAnswer(frame, asked) {
  const output = outputOf(frame);
  Object.assign(page, { frame, asked, output });
  const map = output.maps[state.values.map];
  const { row, column } = state.values;
  if (!map || row < 0 || row >= map.height || column < 0 || column >= map.width)
    state.set(locate(output.maps, output.anchorOf[0] ?? 0));
  $("[data-command]").hidden = true;
  reassign();
  fillChoices();
  fillThumbs();
  draw();
}

/** The channels of the feature map that is pictured. */
function fillThumbs() {
  const { frame } = page;
  if (frame && frame.header.pictured_map !== null) showThumbs($("[data-thumbs]"), frame, state);
}

// --- Drawing ----------------------------------------------------------------------------------------

const stages = stageRow(state, STAGES);

/** All that speaks of the answer changes with it, in one frame. */
const draw = oncePerFrame(() => {
  const { photo, output, frame } = page;
  if (!photo) return;
  const { searching } = photos;
  const origin = frame?.header.origin ?? "";
  showOrigin({ origin, words: ORIGINS[origin]?.(), searching, answered: output !== null });
  if (!output) {
    drawPhoto(view, photo, searching);
    return stages.show({});
  }
  byHand.want();
  const shapes = drawAnswer(view, photo, output, searching);
  if (shapes) stages.show(shapes);
});

const reduced = matchMedia("(prefers-reduced-motion: reduce)");
/** Boxes slide from anchor to decoded within 250 ms: the motion is the explanation. */
function slideIn() {
  if (reduced.matches) return;
  const start = performance.now();
  const move = (/** @type {number} */ now) => {
    page.slide = Math.min(Math.max((now - start) / 250, 0), 1);
    draw();
    if (page.slide < 1) requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
}

// --- The place ----------------------------------------------------------------------------------------

/** @param {number} value @param {number} count */
const within = (value, count) => Math.min(Math.max(value, 0), count - 1);

/** @param {number} x @param {number} y pixels of the photo */
function choosePlace(x, y) {
  const map = currentMap();
  if (!map || !page.photo) return;
  const { width, height } = page.photo;
  state.set({
    column: within(Math.floor((x / width) * map.width), map.width),
    row: within(Math.floor((y / height) * map.height), map.height),
    ...(isPlaced(state.values.stage) ? {} : { stage: "anchors" }),
  });
}

/** @type {Record<string, [number, number]>} columns and rows that a key moves by */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

view.element.addEventListener("keydown", (event) => {
  const map = currentMap();
  const { row, column, tool } = state.values;
  const [dx = 0, dy = 0] = ARROWS[event.key] ?? [];
  if (!map || tool !== "look") return;
  if (/^[1-9]$/.test(event.key) && Number(event.key) <= map.anchors_per_location)
    state.set({ shape: Number(event.key) - 1 });
  else if (dx || dy) state.set({ row: within(row + dy, map.height), column: within(column + dx, map.width) });
  else return;
  event.preventDefault();
});

for (const name of ["heat", "map"]) {
  $(`[data-${name}-choice]`).addEventListener("change", (event) => {
    const value = Number(/** @type {HTMLSelectElement} */ (event.target).value);
    state.set(name === "map" ? { map: value, row: 0, column: 0, shape: -1 } : { [name]: value });
  });
}

// --- Ground truth -------------------------------------------------------------------------------------

/** @param {number[]} truths @param {number} selected */
function setTruths(truths, selected) {
  Object.assign(page, { truths, selected });
  noteMarked(truths);
  reassign();
  draw();
}

drawnBoxes(view, {
  boxes: () => page.truths,
  size: () => [page.photo?.width ?? 1, page.photo?.height ?? 1],
  selected: () => page.selected,
  enabled: () => state.values.tool === "truth",
  onSelect: (index) => {
    page.selected = index;
    draw();
  },
  under: () => {
    const { photo } = page;
    return photo && shownUnder(photo);
  },
  onEdit: (index, box, selected) => setTruths(edited(page.truths, index, box), selected),
});
$("[data-clear-truth]").addEventListener("click", () => setTruths([], -1));

// --- What follows from a setting ----------------------------------------------------------------------

const showTool = choiceButtons(state, ["tool"]);
onChoice("rule", (rule) => {
  const [positive_iou = 0, negative_iou = 0] = rule.split(" ").map(Number);
  state.go({ positive_iou, negative_iou });
});
function showTools() {
  showTool();
  press("rule", `${state.values.positive_iou} ${state.values.negative_iou}`);
  view.element.style.cursor = "crosshair"; // until the tool at work has another
}

holdForPhoto(view);
state.subscribe((changed) => {
  const has = (/** @type {string[]} */ ...names) => names.some((name) => changed.has(name));
  showTools();
  if (has("model", "min_size", "input_size", ...(paperForm() ? [] : ["pre_nms_top_n"]))) photos.again(REST);
  if (has("positive_iou", "negative_iou", "tool")) reassign();
  if (has("map")) fillChoices();
  if (has("row", "column", "shape", "stage") && state.values.stage === "deltas") slideIn();
  draw();
});
wireLesson(state, stages.stop);
onLanguage(() => {
  fillChoices();
  fillThumbs();
  draw();
});

/** @param {(output: import("./math.js").Output, values: any) => string} write */
const written = (write) => () => (page.output ? write(page.output, { ...state.values, ...page.asked }) : "");
wireTools({
  slug: "rpn",
  state,
  exports: {
    png: () => pngOf(view.snapshot()),
    csv: written(toCsv),
    json: written((output, values) => toCoco(output, values, page.photo?.name ?? "photo")),
  },
  also: () => ({ sample: page.photo?.name ?? "" }),
  missing: () =>
    sentences([
      page.photo?.name ? "" : t("Your photo is no part of it: a sample picture takes its place."),
      page.truths.length ? t("Boxes that you drew are no part of it.") : "",
    ]),
});

showTools();
markMissing("/api/rpn/models").catch(refuse);
photos.open(state.values.sample);
