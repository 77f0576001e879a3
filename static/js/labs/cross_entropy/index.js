/** The `cross-entropy` lab: distributions under a finger, softmax, and two losses in training. */

import { configOf, liveNames, stateOfPage } from "../../core/controls.js";
import * as info from "../../math/information.js";
import { runKeys, trainingSession } from "../../core/session/session.js";
import { wireLesson } from "../../parts/lesson.js";
import { wireTools } from "../../parts/share.js";
import { $ } from "../../core/dom.js";
import { onLanguage } from "../../core/i18n.js";
import { runbar } from "../../views/runbar.js";
import { BinaryPart } from "./binary.js";
import { EventsPart } from "./events.js";
import { DistributionsPart, twoOf } from "./distributions.js";
import { LivePart } from "./live.js";
import { SoftmaxPart, softmaxOf } from "./softmax.js";

/** @param {string} row */
function areShares(row) {
  const values = info.decode(row, 0, 1);
  return values !== null && Math.abs(info.sum(values) - 1) < 0.01;
}
/** @param {string} row */
const areLogits = (row) => info.decode(row, -10, 10) !== null;

const state = stateOfPage(runKeys({ speed: 2, fps: 10 }), {
  p: { check: areShares },
  q: { check: areShares },
  z: { check: areLogits },
});
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const distributions = new DistributionsPart(state);
const softmax = new SoftmaxPart(state);
const binary = new BinaryPart(state);
const events = new EventsPart(state);
const live = new LivePart(state);

const session = trainingSession({
  slug: "cross-entropy",
  state,
  liveNames: liveNames(),
  configOf,
  onFrame: (frame, { past }) => {
    live.show(/** @type {import("./live.js").CrossEntropyFrame} */ (frame), past);
    document.documentElement.dataset.ready = "";
  },
  onStatus: (status) => bar.update(status),
});
const bar = runbar($("[data-run]"), { session, pace: state });

/** What is drawn from which settings. @type {[part: {draw: () => void}, names: string[]][]} */
const DRAWN_FROM = [
  [distributions, ["p", "q", "unit", "chosen"]],
  [softmax, ["z", "t", "shift", "smoothing", "target"]],
  [binary, ["logit"]],
  [events, ["event", "given", "otherwise", "unit"]],
];
state.subscribe((changed) => {
  for (const [part, names] of DRAWN_FROM) if (names.some((name) => changed.has(name))) part.draw();
  if (changed.has("look")) live.draw();
});
const drawAll = () => DRAWN_FROM.forEach(([part]) => part.draw());
onLanguage(drawAll);
drawAll();
if (!still && !session.watched) session.play();

wireLesson(state, (step) => {
  if (!("start_scale" in step)) return;
  session.reset();
  if (!still) session.play();
});

/** The numbers behind the page, as a file. */
function toJson() {
  const { p, q, unit } = twoOf(state.values);
  /** @param {number} v */
  const told = (v) => (Number.isFinite(v) ? v : "infinite");
  const numbers = {
    config: configOf(state.values),
    p,
    q,
    unit,
    softmax: softmaxOf(state.values),
    binary: { logit: state.values.logit },
    nats: {
      entropy: told(info.entropy(p)),
      crossEntropy: told(info.crossEntropy(p, q)),
      kl: told(info.kl(p, q)),
    },
    result: live.header,
  };
  return JSON.stringify(numbers, null, 1);
}
wireTools({
  slug: "cross-entropy",
  state,
  session,
  exports: { png: () => live.toPng(), csv: () => live.toCsv(), json: toJson },
});
