/** The player of a training run: reset, play, step, dice, pace, count and the past. */

import { $, h } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { RATES, SPEEDS } from "../core/session/session.js";

/** @typedef {import("../core/session/session.js").Status} Status */
/**
 * What the bar's buttons do; a training session has them all.
 * @typedef {object} Actions
 * @property {() => void} play
 * @property {() => void} pause
 * @property {() => void} step
 * @property {() => void} reset
 * @property {() => void} again
 * @property {() => void} dice
 * @property {(share: number | null) => void} scrub
 * @property {() => string} ownAddress of a page with the same settings and no run of someone else
 */

/**
 * @param {HTMLElement} root of templates/_run.html
 * @param {{
 *   session: Actions,
 *   pace: {values: Record<string, any>, set: (changes: Record<string, any>) => void, subscribe: (listener: ()
 * => void) => () => void},
 *   dice?: boolean,
 *   unit?: (last: number | null) => string,
 * }} options `pace` is the page's state, with `speed` and `fps`; `unit` names what is counted, if
 *   it is not training steps: "steps", or "of 20 steps" where the past is on show
 */
export function runbar(root, { session, pace, dice = true, unit = stepsOf }) {
  const button = (/** @type {string} */ name) =>
    /** @type {HTMLButtonElement} */ ($(`[data-run-${name}]`, root));
  const [play, step, reset, diced, again] = ["play", "step", "reset", "dice", "again"].map(button);
  if (!play || !step || !reset || !diced || !again) throw new Error("the run bar lacks a button");
  const speed = /** @type {HTMLSelectElement} */ ($("[data-run-speed]", root));
  const fps = /** @type {HTMLSelectElement} */ ($("[data-run-fps]", root));
  const past = /** @type {HTMLInputElement} */ ($("[data-run-past]", root));
  const own = /** @type {HTMLAnchorElement} */ ($("[data-run-own]", root));
  const notice = $("[data-run-notice]", root);
  const stage = root.closest(".stage");
  let playing = false;
  let dragging = false;
  let hushed = false;

  diced.hidden = !dice;
  speed.append(
    ...SPEEDS.map((n) => h("option", { value: n }, n === 1 ? t("1 step") : t("{count} steps", { count: n }))),
  );
  fps.append(...RATES.map((n) => h("option", { value: n }, t("{count}/s", { count: n }))));
  const choose = () => {
    speed.value = String(pace.values.speed);
    fps.value = String(pace.values.fps);
  };
  speed.addEventListener("change", () => pace.set({ speed: Number(speed.value) }));
  fps.addEventListener("change", () => pace.set({ fps: Number(fps.value) }));
  const forgetPace = pace.subscribe(choose);
  choose();

  const toggle = () => (playing ? session.pause() : session.play());
  play.addEventListener("click", toggle);
  step.addEventListener("click", () => session.step());
  reset.addEventListener("click", () => session.reset());
  diced.addEventListener("click", () => session.dice());
  again.addEventListener("click", () => session.again());

  const place = () => Number(past.value) / 1000;
  past.addEventListener("input", () => {
    dragging = true;
    session.scrub(place() >= 1 ? null : place());
  });
  past.addEventListener("change", () => (dragging = false));
  past.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[
      event.key
    ];
    if (!way) return;
    event.preventDefault();
    const notch = 1 / Math.max(frames - 1, 1);
    const next = Math.min(Math.max(place() + way * notch, 0), 1);
    past.value = String(next * 1000);
    session.scrub(next >= 1 - notch / 2 ? null : next);
  });
  let frames = 0;

  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.key !== " " || !target || target.closest("input, select, textarea, button, a, summary, dialog"))
      return;
    if (!stage?.contains(target) || play.disabled) return;
    event.preventDefault();
    toggle();
  };
  document.addEventListener("keydown", onKey);

  /** @param {Status} status @param {boolean} watching */
  const say = (status, watching) => {
    const { phase, line } = status;
    const error = status.error ?? line;
    const ended = phase === "ended";
    notice.hidden = !error && !watching;
    notice.classList.toggle("bad", Boolean(error));
    const words = error ? error.message : watching ? t("You are watching someone's run.") : "";
    const said = $("[data-run-said]", root);
    if (said.textContent !== words) said.textContent = words;
    again.hidden = !ended || watching;
    own.hidden = !watching;
    if (watching) own.href = session.ownAddress();
    stage?.classList.toggle("run-over", ended);
  };

  return {
    /** @param {Status} status */
    update(status) {
      const { phase, share, shownStep, step: last } = status;
      const watching = Boolean(pace.values.run);
      const busy = phase === "running" || phase === "watching";
      if (busy !== hushed) hush(busy);
      hushed = busy;
      playing = phase === "running";
      frames = status.frames;
      root.dataset.phase = phase;
      $("[data-run-play-text]", root).textContent = playing ? t("Pause") : t("Play");
      for (const one of [play, step, reset, diced]) one.disabled = watching;
      step.disabled ||= phase === "ended" || phase === "connecting";
      speed.disabled = fps.disabled = watching;
      // Until a new run's first frame is here, the picture and its count are those of the run before.
      if (frames) {
        $("[data-run-count]", root).textContent = number(shownStep, 0);
        $("[data-run-unit]", root).textContent = unit(share === null ? null : last);
      }
      $("[data-run-rate]", root).textContent =
        playing && !status.line && status.framesPerSecond
          ? t("{rate}/s", { rate: number(status.framesPerSecond, status.framesPerSecond < 9.5 ? 1 : 0) })
          : "";
      past.disabled = frames < 2;
      if (!dragging || share === null) past.value = String((share ?? 1) * 1000);
      past.setAttribute(
        "aria-valuetext",
        share === null ? t("now") : t("step {step}", { step: number(shownStep, 0) }),
      );
      $("[data-run-now]", root).classList.toggle("on", share === null);
      say(status, watching);
    },
    destroy() {
      document.removeEventListener("keydown", onKey);
      forgetPace();
    },
  };
}

/** What is counted: training steps. @param {number | null} last of the past on show; null for now */
export const stepsOf = (last) =>
  last === null ? t("steps") : t("of {last} steps", { last: number(last, 0) });

/**
 * A screen reader does not speak the sentences that change with each frame while frames come.
 * @param {boolean} busy
 */
function hush(busy) {
  for (const region of document.querySelectorAll("[data-said], [data-hushed]"))
    region.setAttribute("aria-live", busy ? "off" : "polite");
}
