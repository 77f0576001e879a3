/** Train it: a detector that learns from a few drawn scenes while one looks on. */

import { configOf, liveNames, markLive } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { onLanguage } from "../../core/i18n.js";
import { trainingSession } from "../../core/session/session.js";
import { showControls } from "../../parts/visibility.js";
import { runbar, stepsOf } from "../../views/runbar.js";
import { learnerStage } from "./learner_stage.js";
import { state } from "./page.js";

/** @typedef {import("../../../types/frames.js").DetectorsFrame} Frame */

const OF_RUN = [
  "form",
  "order",
  "part_steps",
  "negatives",
  "gamma",
  "taught",
  "held_out",
  "learning_rate",
  "seed",
];
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * Which settings of the run have a say in a form.
 * @param {Record<string, any>} values
 * @returns {Record<string, boolean>}
 */
const inUse = ({ form, order, negatives }) => ({
  order: form === "two",
  part_steps: form === "two" && order === "alternating",
  negatives: form === "ssd",
  gamma: form === "ssd" && negatives === "all",
});

/** The settings that a run follows; all others are their defaults. @param {Record<string, any>} values */
export function runConfig(values) {
  const used = inUse(values);
  const own = (/** @type {string} */ name) => OF_RUN.includes(name) && used[name] !== false;
  return Object.fromEntries(
    Object.entries(configOf(values)).map(([name, value]) => [
      name,
      own(name) ? value : state.rules[name]?.default,
    ]),
  );
}

export function trainView() {
  const stage = learnerStage();
  /** @type {import("../../core/session/session.js").Session | null} */
  let session = null;
  let resume = !still;

  function begin() {
    session = trainingSession({
      slug: "detectors",
      state,
      liveNames: liveNames(),
      configOf: runConfig,
      onFrame: (frame, { past }) => stage.show(/** @type {Frame} */ (frame), past),
      onStatus: (status) => {
        bar.update(status);
        markLive(status.live);
      },
    });
    const bar = runbar($("[data-run]"), { session, pace: state, unit: stepsOf });
    if (!still && !session.watched) session.play();
  }

  const showUsed = () => {
    showControls(inUse(state.values));
    stage.draw();
  };
  onLanguage(stage.draw);
  state.subscribe(showUsed);
  showUsed();

  return {
    /** It is on show: the run begins, or goes on where it went on before. */
    enter() {
      if (!session) begin();
      else if (resume) session.play();
      resume = false;
      stage.draw();
    },
    /** Nobody looks at it any more: it waits. */
    leave() {
      if (!session || session.watched || session.status.phase !== "running") return;
      resume = true;
      session.pause();
    },
    /** A step of the lesson sets a run: it begins anew. */
    again() {
      session?.reset();
      if (!still) session?.play();
    },
    running: {
      get status() {
        return session?.status ?? /** @type {any} */ ({ runId: null });
      },
      get watched() {
        return session?.watched ?? false;
      },
    },
    toCsv: stage.toCsv,
    toJson: () => (stage.frame ? jsonOf(stage.frame) : ""),
    snapshot: stage.snapshot,
  };
}

/** The numbers behind the pictures. @param {Frame} frame */
function jsonOf({ header, arrays }) {
  const told = (/** @type {number} */ v) => (Number.isFinite(v) ? Number(v.toPrecision(6)) : null);
  const numbers = Object.entries(arrays).map(([name, values]) => [name, Array.from(values, told)]);
  return JSON.stringify(
    { config: runConfig(state.values), result: header, ...Object.fromEntries(numbers) },
    null,
    1,
  );
}
