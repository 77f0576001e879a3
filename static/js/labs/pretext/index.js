/** The `pretext` lab: labels that the data make themselves, and what they are worth later. */

import { json, postForFrame } from "../../core/api.js";
import { configOf, stateOfPage } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { runKeys } from "../../core/session/session.js";
import { wireLesson } from "../../parts/lesson.js";
import { OwnPictures } from "../../parts/own_pictures.js";
import { wireTools } from "../../parts/share.js";
import { showControls } from "../../parts/visibility.js";
import { FIRST, modeOf, Trainings } from "./beside.js";
import { ComparedPart } from "./compared.js";
import { ConfusionPart } from "./confusion.js";
import { FilledPart } from "./filled.js";
import { LabelPart } from "./label.js";
import { LearningPart } from "./learning.js";
import { PairsPart, OWN as OF_PAIRS } from "./pairs.js";
import { MaskedWordsPart, OWN as OF_WORDS } from "./masked_words.js";
import { lacksClip, OwnClip } from "./own_clip.js";
import { PuzzlePart } from "./puzzle.js";
import { paintedOf, puzzlesOf } from "./puzzles.js";
import { OWN as OF_SCALE, ScalePart } from "./scale.js";
import { stagesPart } from "./stages.js";
import { TransferPart } from "./transfer.js";
import { VideoPart } from "./video.js";
import { failed, saidOf, SHIPPED } from "./words.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {import("./puzzles.js").Puzzles} Puzzles */

// What the puzzles on show depend on; everything else about a run leaves them as they are.
const DRAWN = ["task", "data", "pictures", "classes", "count", "seed"];
const VIDEO = ["order", "sort", "speed", "frame"];
/** What only some tasks are told. @type {Record<string, string[]>} */
const OF_TASK = {
  patch: ["gap", "jitter", "color_drop"],
  masked: ["ratio", "block"],
  ...Object.fromEntries(VIDEO.map((task) => [task, ["clips", "clip", "length"]])),
};
const REST = 120; // milliseconds that settings rest before puzzles are asked for

const state = stateOfPage(runKeys({ speed: 10, fps: 10 }));
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
/** @type {Frame | null} */
let shown = null;
/** @type {Puzzles | null} */
let puzzles = null;
let [runOf, past, fresh] = ["", false, false];

/** Whether weights are shipped: of clips that are long enough for 8× there are none.
 * @param {Record<string, any>} values
 */
const hasShipped = ({ task, length }) => SHIPPED.includes(task) && !(task === "speed" && length === "25");

/** The settings without those that only other tasks are told. @param {Record<string, any>} values */
function runConfig(values) {
  const config = configOf(values);
  const own = OF_TASK[values.task] ?? [];
  for (const name of Object.values(OF_TASK).flat())
    if (!own.includes(name)) config[name] = state.rules[name]?.default;
  if (!hasShipped(values)) config.start = "random";
  return config;
}

/** Whether something of the visitor's is asked for and was not chosen. @param {Record<string, any>} values */
const lacks = (values) =>
  (values.data === "own" && !values.pictures) || (VIDEO.includes(values.task) && lacksClip(values));

/** @param {Record<string, any>} config */
const keyOf = (config) =>
  JSON.stringify([...DRAWN, ...(OF_TASK[config.task] ?? [])].map((name) => config[name]));

const beside = {
  words: new MaskedWordsPart(state),
  pairs: new PairsPart(state),
  scale: new ScalePart(state),
};
const trainings = new Trainings(state, {
  [FIRST]: {
    configOf: runConfig,
    onFrame: (frame, about) => show(frame, about.past),
    onStatus: (status) => {
      if (status.phase === "connecting") runOf = keyOf(runConfig(state.values));
      if (status.phase === "ended") transfer.end();
    },
  },
  words: { own: OF_WORDS, onFrame: (frame, about) => showBeside("words", frame, about.past) },
  scale: { own: OF_SCALE, waits: true, onFrame: (frame, about) => showBeside("scale", frame, about.past) },
  pairs: { own: OF_PAIRS, onFrame: (frame, about) => showBeside("pairs", frame, about.past) },
});
const session = trainings.session(FIRST);
const learning = new LearningPart(state);
const puzzle = new PuzzlePart((score) => learning.setScore(score));
const confusion = new ConfusionPart(state);
const label = new LabelPart(state);
const filled = new FilledPart(state);
const transfer = new TransferPart(state, session);
const compared = new ComparedPart(state);
new VideoPart(state);
new OwnClip(state);
stagesPart(state);
const own = new OwnPictures(state, {
  onTold: () => showChoices(),
  without: {
    data: "objects",
    words: () => t("These pictures are deleted from this server. Back to the things drawn by Vitrine."),
  },
});

/** @param {Frame} frame @param {boolean} isPast */
function show(frame, isPast) {
  const first = shown === null;
  shown = frame;
  past = isPast;
  fresh = !isPast;
  if (session.watched) runOf = keyOf(runConfig(state.values));
  draw();
  fresh = false;
  if (first && !still && !session.watched && trainings.mode === FIRST) session.play();
}

/**
 * A frame of another mode, whose part draws it while its view is on show.
 * @param {keyof typeof beside} mode
 * @param {any} frame
 * @param {boolean} isPast
 */
function showBeside(mode, frame, isPast) {
  if (trainings.mode !== mode) return;
  beside[mode].show(frame, isPast);
  tellBadge(frame.header.step > 0 ? "live" : "untrained");
  const { done, counts } = frame.header; // of several trainings in a row
  if (counts && done === counts.length && trainings.now.status.phase === "running") trainings.now.pause();
  document.documentElement.dataset.ready = "";
}

const query = newest({
  ask: (/** @type {Record<string, any>} */ config, signal) =>
    postForFrame("/api/pretext/puzzles", { config }, signal),
  show: (answer, config) => {
    puzzles = puzzlesOf(answer, keyOf(config));
    draw();
  },
  fail: (error) => {
    failed(error);
    document.documentElement.dataset.ready = "";
  },
  same: (a, b) => keyOf(a) === keyOf(b),
});

function draw() {
  if (!puzzles) return;
  const live = shown && runOf === puzzles.key && shown.header.task === puzzles.header.task ? shown : null;
  const answers = live
    ? { scores: live.arrays.scores, painted: paintedOf(live.arrays.painted) }
    : puzzles.shipped;
  puzzle.show(puzzles, answers);
  confusion.show(live, puzzles);
  label.show(puzzles);
  filled.take(live, runConfig(state.values));
  if (live) {
    learning.show(live, puzzles, past);
    transfer.show(live, fresh);
    $("[data-said]").textContent = saidOf(live, puzzles.header.chance);
    if (trainings.mode === FIRST) showBadge(live);
    document.documentElement.dataset.ready = "";
  }
}

/** Where what is on show comes from. @param {Frame} frame */
function showBadge({ header }) {
  const shipped = header.start === "photos" && header.step === 0;
  tellBadge(shipped ? "shipped" : header.step > 0 ? "live" : "untrained");
}

/** @param {"shipped" | "live" | "untrained"} origin */
function tellBadge(origin) {
  const badge = $("[data-badge]");
  badge.textContent = {
    shipped: t("shipped weights"),
    live: t("live: computed now, on this server"),
    untrained: t("untrained: random weights"),
  }[origin];
  badge.dataset.origin = origin;
}

/** Controls that have a say now. */
function showChoices() {
  const { task, data } = state.values;
  const video = VIDEO.includes(task);
  const filling = state.values.tab === "filled";
  showControls({
    start: hasShipped(state.values),
    gap: task === "patch",
    jitter: task === "patch",
    color_drop: task === "patch",
    ratio: task === "masked" || filling,
    block: task === "masked" || filling,
    count: data !== "own" && !video,
    length: video || state.values.tab === "video",
    clips: video || state.values.tab === "video",
    classes: data === "own" && own.choosable,
    width: modeOf(state.values) === "scale",
    sentences: modeOf(state.values) === "words",
    probe_labels: modeOf(state.values) === FIRST && !video,
  });
  if (lacks(state.values)) {
    query.drop();
    puzzles = shown = null;
    $("[data-badge]").textContent = $("[data-said]").textContent = "";
    document.documentElement.dataset.ready = "";
  }
}

/** @param {number} [rest] */
function fetchPuzzles(rest) {
  const config = runConfig(state.values);
  if (!lacks(config)) query.want(config, rest);
}

state.subscribe(() => {
  showChoices();
  fetchPuzzles(REST);
});

/** The numbers behind the picture. */
function numbersOf() {
  const arrays = /** @type {Record<string, ArrayLike<number>>} */ ({ ...shown?.arrays });
  const names = ["steps", "history", "probe_steps", "probes", "scores", "asked", "guessing"];
  const short = (/** @type {number} */ v) => (Number.isFinite(v) ? Number(v.toPrecision(6)) : null);
  return Object.fromEntries(names.map((name) => [name, Array.from(arrays[name] ?? [], short)]));
}

wireLesson(state, () => trainings.anew());
wireTools({
  slug: "pretext",
  state,
  session: {
    get status() {
      return trainings.now.status;
    },
    get watched() {
      return trainings.now.watched;
    },
  },
  configOf: () => trainings.configOf(),
  exports: {
    csv: () => (beside[/** @type {keyof typeof beside} */ (trainings.mode)] ?? learning).toCsv(),
    json: () =>
      JSON.stringify({ config: configOf(state.values), result: shown?.header, ...numbersOf() }, null, 1),
  },
});
showChoices();
fetchPuzzles();
json("/api/pretext/recorded").then((recorded) => {
  transfer.setRecorded(recorded.compared.tasks ?? {});
  compared.setRecorded(recorded);
  beside.scale.setRecorded(recorded.scale);
}, failed);
