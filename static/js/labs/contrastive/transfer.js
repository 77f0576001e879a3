/** How well the representation transfers: probes on request, the same encoder with labels, fine-tuning. */

import { configOf } from "../../core/controls.js";
import { $, h } from "../../core/dom.js";
import { number, onLanguage, sentences, t } from "../../core/i18n.js";
import { AsksInParts } from "../../parts/asks_in_parts.js";
import { EarlierRuns } from "../../parts/earlier.js";
import { percent } from "../../parts/percent.js";
import { ALL, FEW, meanOf, meansOf, transferView } from "../../parts/transfer.js";
import { showKnown } from "./known.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */
/** @typedef {import("../../core/state.js").State} State */

/** @returns {import("../../parts/transfer.js").Look[]} */
const looks = () => [
  { of: "random", name: t("h, untrained"), color: "--gray-1", dash: [2, 4], shape: "cross" },
  { of: "h", name: t("h"), color: VARIANTS[0], shape: "circle" },
  { of: "z", name: t("z, after the projector"), color: VARIANTS[1], dash: [6, 4], shape: "square" },
  {
    of: "supervised",
    name: t("trained from scratch with these labels"),
    color: VARIANTS[2],
    dash: [8, 3, 2, 3],
    shape: "triangle",
  },
  {
    of: "fine-tuned",
    name: t("fine-tuned from h with these labels"),
    color: VARIANTS[3],
    dash: [3, 3],
    shape: "diamond",
  },
];

/**
 * @type {[kind: string, parts: string][]} what goes on in parts, and where the frame says how many are done
 */
const WORKS = [
  ["probe", "probed_parts"],
  ["supervise", "supervised_parts"],
  ["fine-tune", "tuned_parts"],
];

export class TransferPart {
  /** @type {Frame | null} */
  shown = null;

  /** @param {State} state @param {import("../../core/session/session.js").Session} session */
  constructor(state, session) {
    this.state = state;
    this.session = session;
    this.earlier = new EarlierRuns(state, earlierOf(state));
    const roots = { chart: $("[data-transfer-chart]"), table: $("[data-transfer-table]") };
    this.view = transferView(roots, () => ({
      looks: looks(),
      caption: t(
        "Test accuracy with 1, 5, 10, 100 and all labels per class, and of a vote of the (at most) 20 nearest labeled pictures, weighted by similarity. First a linear classifier on frozen features, then whole networks.",
      ),
    }));
    this.asks = new AsksInParts([...document.querySelectorAll("button[data-transfer]")].map(asButton), {
      session,
      kindOf: (button) => button.dataset.transfer ?? "probe",
      works: WORKS,
      untrained: (kind) => kind === "probe",
      onBegin: (kind) => kind === "probe" && this.earlier.begin(),
    });
    const discard = /** @type {HTMLInputElement} */ ($("[data-discard]"));
    const showPipeline = () => drawPipeline(discard.checked);
    discard.addEventListener("change", showPipeline);
    onLanguage(showPipeline);
    showPipeline();
  }

  /** @param {Frame} frame @param {boolean} fresh it has just arrived: what waits may be asked for */
  show(frame, fresh) {
    this.asks.take(frame, fresh);
    this.shown = frame;
    if (fresh) this.earlier.keep(measurementOf(frame));
    const summary = this.sentence(frame);
    const { accuracies, votes } = frame.rows;
    this.view.update({ accuracies, votes, earlier: this.earlier.list(), summary });
    const probing = this.asks.underway(frame)?.kind === "probe";
    showKnown(frame, { values: this.state.values, probing, until: summary });
    if ($("[data-transfer-said]").textContent !== summary) $("[data-transfer-said]").textContent = summary;
    this.asks.goOn(frame, fresh);
  }

  /** The run is over: nothing is under way any more. */
  end() {
    this.asks.end();
    $("[data-transfer-said]").textContent = this.shown ? this.sentence(this.shown) : "";
  }

  /** @param {Frame} frame */
  sentence(frame) {
    if (!frame.header.labeled)
      return t("These pictures have no classes, so there is nothing to test a classifier on.");
    const going = this.session.status.phase === "ended" ? null : this.asks.underway(frame);
    return going ? sayGoing(going) : sayMeasured(frame);
  }
}

const asButton = (/** @type {Element} */ element) => /** @type {HTMLButtonElement} */ (element);

// --- Earlier runs -----------------------------------------------------------------------------------

const PICTURES = ["data", "pictures", "classes", "count", "seed"];
const APART = ["mode", "row", "space", "trial_steps"]; // of no say in what is learned
/** @type {Record<string, {name: string, without: string[]}>} methods, and what they do not have */
const METHODS = {
  simclr: { name: "SimCLR", without: ["queue", "momentum", "stop_gradient"] },
  moco: { name: "MoCo", without: ["stop_gradient"] },
  simsiam: { name: "SimSiam", without: ["queue", "momentum", "temperature", "projector"] },
};

/** @param {State} state @returns {import("../../parts/earlier.js").Options} */
const earlierOf = (state) => ({
  pictures: PICTURES,
  titled: ["method"],
  learned: () =>
    Object.keys(configOf(state.values)).filter(
      (name) => ![...APART, ...(METHODS[state.values.method]?.without ?? [])].includes(name),
    ),
  title: () => `h, ${METHODS[state.values.method]?.name}`,
});

/** What h yields in a probe. @param {Frame} frame @returns {import("../../parts/earlier.js").Measurement} */
const measurementOf = ({ header, rows: { accuracies, votes, measured_at: at } }) => ({
  at: at.h,
  done: header.probed_parts[0],
  labeled: header.labeled,
  result: () => ({ means: meansOf(accuracies.h), vote: votes.h }),
});

// --- What is said -----------------------------------------------------------------------------------

/** @param {{kind: string, done: number, all: number}} going */
function sayGoing({ kind, done, all }) {
  if (kind === "probe") return t("Measuring: {done} of {all} parts are done.", { done, all });
  if (kind === "supervise")
    return t("Training from scratch with ever more labels: {done} of {all} parts are done.", { done, all });
  return t("Fine-tuning with ever more labels: {done} of {all} parts are done.", { done, all });
}

/** @param {Frame} frame */
function sayMeasured(frame) {
  const words = [...sayHeldOut(frame), ...sayProbe(frame), ...sayLabels(frame)];
  const measured = words.length > 0;
  return measured ? sentences(words) : t("Not measured yet.");
}

/** @param {Frame} frame */
const sayHeldOut = ({ header }) =>
  header.held_out
    ? []
    : [
        t(
          "Too few pictures to hold some out: all accuracies are on the pictures that were learned from, and so no test.",
        ),
      ];

/** @param {Frame} frame */
function sayProbe({ rows: { accuracies, measured_at: at } }) {
  if (!(at.h >= 0)) return [];
  const found = (/** @type {keyof typeof accuracies} */ what) => percent(meanOf(accuracies[what], ALL));
  return [
    t(
      "At step {step}, with all labels a linear classifier finds {h} of the held-out pictures’ classes from h, {z} from z, {random} from the untrained h.",
      { step: number(at.h, 0), h: found("h"), z: found("z"), random: found("random") },
    ),
  ];
}

/** Of the two trainings with labels. @param {Frame} frame */
function sayLabels({ header, rows: { accuracies } }) {
  const steps = number(header.label_steps, 0);
  const [tuned, scratch] = [meanOf(accuracies["fine-tuned"], FEW), meanOf(accuracies.supervised, FEW)];
  const [from, anew] = [percent(tuned), percent(scratch)];
  if (Number.isFinite(tuned) && Number.isFinite(scratch))
    return [
      t(
        "Trained with 10 labels per class for {steps} steps; only the initialization differs: {tuned} from h, {scratch} from scratch.",
        { steps, tuned: from, scratch: anew },
      ),
    ];
  if (Number.isFinite(tuned))
    return [t("Fine-tuned with 10 labels per class for {steps} steps: {tuned}.", { steps, tuned: from })];
  if (Number.isFinite(scratch))
    return [
      t("From scratch with 10 labels per class and {steps} steps: {scratch}.", { steps, scratch: anew }),
    ];
  return [];
}

// --- The pipeline -----------------------------------------------------------------------------------

/**
 * From a picture to what is computed on it.
 * @param {boolean} discarded whether the projector is thrown away
 */
function drawPipeline(discarded) {
  const part = (/** @type {string} */ name, /** @type {string} */ kind) => h("span", { class: kind }, name);
  const parts = [
    part(t("picture"), ""),
    part("f", ""),
    part("h", discarded ? "used" : ""),
    part("g", discarded ? "gone" : ""),
    part("z", discarded ? "gone" : "used"),
    part(discarded ? t("linear classifier on h") : t("contrastive loss on z"), ""),
  ];
  const arrow = () => part("→", "arrow");
  $("[data-pipeline]").replaceChildren(...parts.flatMap((one, i) => (i ? [arrow(), one] : [one])));
}
