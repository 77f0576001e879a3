/** The `contrastive` lab: pairs of views, their similarities, and what training makes of them. */

import { postForFrame } from "../../core/api.js";
import { configOf, liveNames, markLive, stateOfPage } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tilesOf } from "../../core/pixels.js";
import { runKeys, trainingSession } from "../../core/session/session.js";
import { onChoice, press } from "../../parts/choice_buttons.js";
import { wireLesson } from "../../parts/lesson.js";
import { OwnPictures } from "../../parts/own_pictures.js";
import { wireTools } from "../../parts/share.js";
import { showControls, showParts } from "../../parts/visibility.js";
import { SIDE } from "../../parts/small_picture.js";
import { runbar, stepsOf } from "../../views/runbar.js";
import { livePart } from "./live.js";
import { MapPart } from "./map.js";
import { PairPart } from "./pair.js";
import { RowPart } from "./row.js";
import { TransferPart } from "./transfer.js";
import { TrialsPart } from "./trials.js";
import { ViewsPart } from "./views.js";
import { failed, saidOf, trialsSaid } from "./words.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Trained */
/** @typedef {import("../../../types/frames.js").TrialsFrame} Tried */
/** @typedef {Trained | Tried} Frame */
/**
 * What does not change while a run goes on.
 * @typedef {object} Specimens
 * @property {OffscreenCanvas[]} views 2L
 * @property {OffscreenCanvas[]} mapped P
 * @property {Uint8Array} labels P, or none
 * @property {any} header
 * @property {string} key of what they are of
 */

// What the pictures on show depend on; everything else about a run leaves them as they are.
const POLICY = ["crop", "flip", "color", "gray", "blur", "rotation", "cutout", "noise"];
// milliseconds that settings rest before pictures of them are asked for: drawing thousands takes seconds
const REST = 150;
const SPECIMENS = ["data", "pictures", "classes", "count", "seed", ...POLICY];
const CHOSEN = ["mode", "method", "space"]; // by buttons

const state = stateOfPage(runKeys({ speed: 5, fps: 10 }));
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
/** @type {Frame | null} */
let shown = null;
/** @type {Frame | null} the frame that is drawn: a newer one waits for its pictures */
let drawn = null;
/** @type {Specimens | null} */
let specimens = null;
/** @type {Specimens | null} those that are drawn */
let placed = null;
let [runOf, shownOf] = ["", ""]; // the pictures of the run, and of its frame on show
/** @param {Record<string, any>} values */
const picturesOf = (values) => JSON.stringify(SPECIMENS.map((name) => values[name]));

const row = new RowPart(state);
const live = livePart(state);
const map = new MapPart(
  state,
  () => session.act({ do: "map" }),
  () => session.watched,
);
const views = new ViewsPart(state);
const pair = new PairPart(state);
const trials = new TrialsPart(state);

const session = trainingSession({
  slug: "contrastive",
  state,
  liveNames: liveNames(),
  configOf: runConfig,
  onFrame: (frame, { past }) => show(/** @type {Frame} */ (frame), past),
  onStatus: (status) => {
    if (status.phase === "connecting") runOf = picturesOf(state.values);
    tellBar(status);
    markLive(status.live);
    if (status.phase === "ended") transfer.end();
  },
});
const transfer = new TransferPart(state, session);
const bar = runbar($("[data-run]"), { session, pace: state, unit: countedOf });
const own = new OwnPictures(state, {
  onTold: () => showChoices(),
  without: {
    data: "scenes",
    words: () => t("These pictures are deleted from this server. Back to the shapes drawn by Vitrine."),
  },
});
if (session.watched) {
  for (const control of document.querySelectorAll(
    ".stage [data-mode], .stage [data-method], .stage [data-space], [data-files], [data-own-delete], [name=classes], [data-map=tsne]",
  ))
    control.setAttribute("disabled", "");
}

/** SimCLR's rows are all in the matrix: to choose one needs no frame. @param {Record<string, any>} values */
function runConfig(values) {
  return { ...configOf(values), ...(values.method === "simclr" && { row: 0 }) };
}

/** The count is of the frame that is drawn. @param {import("../../core/session/session.js").Status} status */
function tellBar(status) {
  bar.update(shown === drawn ? status : { ...status, frames: 0 });
}

/** @param {Frame | null} frame @returns {frame is Tried} */
const isOfTrials = (frame) => frame !== null && "names" in frame.header;

/** @param {Frame} frame @param {boolean} past */
function show(frame, past) {
  const first = shown === null;
  shown = frame;
  if (session.watched) runOf = picturesOf(state.values);
  shownOf = runOf;
  if (isOfTrials(frame)) {
    sayFrame(frame);
    trials.show(frame);
    if (frame.header.done === frame.header.total && session.status.phase === "running") session.pause();
  } else draw(past, !past);
  // The first view waits for its reader.
  if (first && !still && !session.watched && state.values.tab !== "pair") session.play();
  arrived();
}

/** What speaks of the frame changes when it is drawn, not when it arrives. @param {Frame} frame */
function sayFrame(frame) {
  const computed = frame.header.step > 0 || isOfTrials(frame);
  const other = !drawn || looksOf(drawn) !== looksOf(frame);
  drawn = frame;
  if (other) showChoices();
  $("[data-said]").textContent = isOfTrials(frame) ? trialsSaid(frame.header) : saidOf(frame);
  const badge = $("[data-badge]");
  badge.textContent = computed ? t("live: computed now, on this server") : t("untrained: random weights");
  badge.dataset.origin = computed ? "live" : "untrained";
}

/** What the player counts, if it is not training steps. @param {number | null} last */
function countedOf(last) {
  if (!isOfTrials(shown)) return stepsOf(last);
  return last === null ? t("trainings") : t("of {last} trainings", { last });
}

/** The page is ready when a frame and its pictures are there. */
function arrived() {
  if (shown && (specimens || isOfTrials(shown))) document.documentElement.dataset.ready = "";
}

function draw(past = false, fresh = false) {
  if (!shown || !specimens || isOfTrials(shown) || shownOf !== specimens.key) return;
  const late = shown !== drawn;
  sayFrame(shown);
  if (specimens !== placed) {
    placed = specimens;
    live.setAmounts(placed.header.amounts);
    views.show(placed);
  }
  row.show(shown, specimens);
  pair.show(shown, specimens);
  live.show(shown, past);
  map.show(shown, specimens, past);
  views.sayBatch(shown);
  transfer.show(shown, fresh);
  if (late) tellBar(session.status);
}

const query = newest({
  ask: (/** @type {Record<string, any>} */ config, signal) =>
    postForFrame("/api/contrastive/specimens", { config }, signal),
  show: ({ header, arrays }, config) => {
    specimens = {
      header,
      key: picturesOf(config),
      labels: arrays.labels,
      views: tilesOf(arrays.views, SIDE),
      mapped: tilesOf(arrays.mapped, SIDE),
    };
    draw();
    arrived();
  },
  fail: (error) => {
    failed(error);
    document.documentElement.dataset.ready = "";
  },
  same: (a, b) => picturesOf(a) === picturesOf(b),
});

/** @param {number} [rest] milliseconds that the settings must stay as they are */
function fetchSpecimens(rest) {
  const { data, pictures } = state.values;
  // Until the new ones and a frame of them are here, the old picture stays as it was.
  if (data !== "own" || pictures) query.want(configOf(state.values), rest);
}

// --- What belongs to which setting ------------------------------------------------------------------

/** Whether the same parts of the page show two frames. @param {Frame} frame */
const looksOf = (frame) => (isOfTrials(frame) ? "trials" : frame.header.method);

/** The buttons say what is chosen, the parts of the page what the frame is of. */
function showChoices() {
  const { mode, method, data } = state.values;
  const onShow = drawn
    ? { train: !isOfTrials(drawn), method: isOfTrials(drawn) ? method : drawn.header.method }
    : { train: mode === "train", method };
  const missing = data === "own" && !state.values.pictures;
  for (const name of CHOSEN) press(name, state.values[name], $(".stage"));
  /** @type {Record<string, boolean>} */
  const parts = {
    train: onShow.train && !missing,
    trials: !onShow.train && !missing,
    "not-simsiam": onShow.method !== "simsiam",
    ...Object.fromEntries(["simclr", "moco", "simsiam"].map((name) => [name, onShow.method === name])),
  };
  showParts(parts);
  if (missing) sayMissing();
  /** @type {Record<string, boolean>} */
  const controls = {
    queue: method === "moco",
    momentum: method === "moco",
    stop_gradient: method === "simsiam",
    temperature: method !== "simsiam",
    projector: method !== "simsiam" && mode !== "projector",
    trial_steps: mode !== "train",
    count: data !== "own",
    classes: data === "own" && own.choosable,
    ...Object.fromEntries(POLICY.map((name) => [name, mode !== "composition"])), // it brings its own
  };
  showControls(controls);
}
/** There are no pictures to show: what was there is of others. The run's bar says what to do. */
function sayMissing() {
  shown = drawn = specimens = null;
  query.drop();
  $("[data-said]").textContent = "";
  $("[data-badge]").textContent = "";
  document.documentElement.dataset.ready = "";
}
for (const name of CHOSEN) {
  const paceOf = (/** @type {string} */ value) => name === "mode" && { speed: value === "train" ? 5 : 1 };
  onChoice(name, (value) => state.go({ [name]: value, ...paceOf(value) }), $(".stage"));
}
state.subscribe((changed) => {
  showChoices();
  if (SPECIMENS.some((name) => changed.has(name))) fetchSpecimens(REST);
  if (["row", "column", "picture", "map", "temperature"].some((name) => changed.has(name))) draw();
});

/** The numbers behind the picture. @param {Frame | null} frame */
function numbersOf(frame) {
  const names = isOfTrials(frame)
    ? ["accuracy", "baseline"]
    : ["similarities", "steps", "history", "accuracies", "votes", "known"];
  /** @type {Record<string, Float32Array | Float64Array | Uint8Array | Int32Array>} */
  const arrays = { ...frame?.arrays };
  return Object.fromEntries(
    names.map((name) => [
      name,
      Array.from(arrays[name] ?? [], (v) => (Number.isFinite(v) ? Number(v.toPrecision(6)) : null)),
    ]),
  );
}

wireLesson(state, () => {
  session.reset();
  if (!still) session.play();
});
wireTools({
  slug: "contrastive",
  state,
  session,
  exports: {
    png: () => (state.values.mode === "train" ? row.toPng() : trials.toPng()),
    csv: () => (state.values.mode === "train" ? live.toCsv() : trials.toCsv()),
    json: () =>
      JSON.stringify({ config: configOf(state.values), result: shown?.header, ...numbersOf(shown) }, null, 1),
  },
});
showChoices();
fetchSpecimens();
