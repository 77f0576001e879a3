/** The player of a training run: reset, play, step, dice, pace, count and the past. */

import { titleOf } from "../core/controls.js";
import { $, h } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { isTaken } from "../core/keys.js";
import { RATES, SPEEDS } from "../core/session/session.js";
import { viewLife } from "./life.js";

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
 * What of the page's state the bar sets: `speed` and `fps`.
 * @typedef {object} Pace
 * @property {Record<string, any>} values
 * @property {(changes: Record<string, any>) => void} set
 * @property {(listener: () => void) => () => void} subscribe
 */
/** @typedef {ReturnType<typeof partsOf>} Parts */
/** @typedef {import("./life.js").Life} Life */
/**
 * What the bar knows from the last update.
 * @typedef {object} Seen
 * @property {boolean} playing
 * @property {boolean} busy frames come: a screen reader is not to speak each of them
 * @property {number} frames of the past
 * @property {boolean} dragging the past's slider is held
 */

/**
 * @param {HTMLElement} root of templates/_run.html
 * @param {object} options
 * @param {Actions} options.session
 * @param {Pace} options.pace
 * @param {boolean} [options.dice]
 * @param {(last: number | null) => string} [options.unit] names what is counted, if it is not training
 *   steps: "steps", or "of 20 steps" where the past is on show
 */
export function runbar(root, { session, pace, dice = true, unit = stepsOf }) {
  const parts = partsOf(root);
  const life = viewLife();
  /** @type {Seen} */
  const seen = { playing: false, busy: false, frames: 0, dragging: false };
  parts.dice.hidden = !dice;
  const forgetPace = wirePace(life, parts, pace);
  wireButtons(life, parts, session, seen);
  wirePast(life, parts.past, session, seen);

  return {
    /** @param {Status} status */
    update(status) {
      const { phase, frames } = status;
      const watching = Boolean(pace.values.run);
      const busy = phase === "running" || phase === "watching";
      if (busy !== seen.busy) hush(busy);
      Object.assign(seen, { busy, frames, playing: phase === "running" });
      root.dataset.phase = phase;
      root.toggleAttribute("data-awaits", status.awaits);
      showButtons(parts, status, watching);
      showCount(parts, status, { unit, until: Number(pace.values.until ?? 0) });
      showPast(parts, status, seen.dragging);
      say(parts, status, watching ? session.ownAddress() : null);
    },
    destroy() {
      life.end();
      forgetPace();
    },
  };
}

/** @param {HTMLElement} root */
function partsOf(root) {
  const button = (/** @type {string} */ name) =>
    /** @type {HTMLButtonElement} */ ($(`[data-run-${name}]`, root));
  const select = (/** @type {string} */ name) =>
    /** @type {HTMLSelectElement} */ ($(`[data-run-${name}]`, root));
  return {
    play: button("play"),
    playText: $("[data-run-play-text]", root),
    step: button("step"),
    reset: button("reset"),
    dice: button("dice"),
    again: button("again"),
    speed: select("speed"),
    fps: select("fps"),
    past: /** @type {HTMLInputElement} */ ($("[data-run-past]", root)),
    own: /** @type {HTMLAnchorElement} */ ($("[data-run-own]", root)),
    notice: $("[data-run-notice]", root),
    said: $("[data-run-said]", root),
    count: $("[data-run-count]", root),
    unit: $("[data-run-unit]", root),
    rate: $("[data-run-rate]", root),
    now: $("[data-run-now]", root),
    stage: root.closest(".stage"),
  };
}

/** @param {Life} life @param {Parts} parts @param {Pace} pace @returns {() => void} ends it */
function wirePace(life, { speed, fps }, pace) {
  const choose = () => {
    speed.value = String(pace.values.speed);
    fps.value = String(pace.values.fps);
  };
  const offer = () => {
    speed.replaceChildren(...SPEEDS.map((n) => h("option", { value: n }, speedText(n))));
    fps.replaceChildren(...RATES.map((n) => h("option", { value: n }, t("{count}/s", { count: n }))));
    choose();
  };
  life.onLanguage(offer);
  life.on(speed, "change", () => pace.set({ speed: Number(speed.value) }));
  life.on(fps, "change", () => pace.set({ fps: Number(fps.value) }));
  offer();
  return pace.subscribe(choose);
}

/** @param {number} n */
const speedText = (n) => (n === 1 ? t("1 step") : t("{count} steps", { count: n }));

/**
 * The buttons, and the space bar anywhere on the page.
 * @param {Life} life
 * @param {Parts} parts
 * @param {Actions} session
 * @param {Seen} seen
 */
function wireButtons(life, parts, session, seen) {
  const toggle = () => (seen.playing ? session.pause() : session.play());
  life.on(parts.play, "click", toggle);
  for (const name of /** @type {const} */ (["step", "reset", "dice", "again"]))
    life.on(parts[name], "click", () => session[name]());
  life.on(document, "keydown", (event) => {
    // A canvas that one draws on, or a bar that one drags, may use the key itself, and says so.
    if (event.key !== " " || event.defaultPrevented || isTaken(event) || parts.play.disabled) return;
    event.preventDefault();
    toggle();
  });
}

/** @type {Record<string, number>} keys of the past's slider -> frames further */
const WAYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/** @param {Life} life @param {HTMLInputElement} past @param {Actions} session @param {Seen} seen */
function wirePast(life, past, session, seen) {
  const place = () => Number(past.value) / 1000;
  life.on(past, "input", () => {
    seen.dragging = true;
    session.scrub(place() >= 1 ? null : place());
  });
  life.on(past, "change", () => (seen.dragging = false));
  life.on(past, "keydown", (event) => {
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    const notch = 1 / Math.max(seen.frames - 1, 1);
    const next = Math.min(Math.max(place() + way * notch, 0), 1);
    past.value = String(next * 1000);
    session.scrub(next >= 1 - notch / 2 ? null : next);
  });
}

/** @param {Parts} parts @param {Status} status @param {boolean} watching */
function showButtons({ play, playText, step, reset, dice, speed, fps }, { phase }, watching) {
  playText.textContent = phase === "running" ? t("Pause") : t("Play");
  for (const one of [play, step, reset, dice, speed, fps]) one.disabled = watching;
  step.disabled ||= phase === "ended" || phase === "connecting";
}

/**
 * @param {Parts} parts
 * @param {Status} status
 * @param {object} counted
 * @param {(last: number | null) => string} counted.unit
 * @param {number} counted.until where the run stops by itself; 0: nowhere
 */
function showCount(
  parts,
  { phase, line, frames, anew, framesPerSecond: rate, share, shownStep, step },
  { unit, until },
) {
  // Until a new run's first frame is here, the picture and its count are those of the run before.
  if (frames) {
    parts.count.textContent = number(shownStep, 0);
    const words = unit(share === null ? null : step);
    const stops = until > step && share === null;
    parts.unit.textContent = stops
      ? t("{unit}, stops at {until}", { unit: words, until: number(until, 0) })
      : words;
  }
  const known = phase === "running" && !line && rate;
  const pace = known ? t("{rate}/s", { rate: number(rate, rate < 9.5 ? 1 : 0) }) : "";
  parts.rate.textContent = anew.length && frames < FIRST ? sayAnew(anew) : pace;
}

const FIRST = 20; // frames of a new run by which its reason has been read

/** A control that no run follows has begun this one. @param {string[]} names */
const sayAnew = (names) => t("new run: {names}", { names: names.map(titleOf).join(t(", ")) });

/** @param {Parts} parts @param {Status} status @param {boolean} dragging */
function showPast({ past, now }, { frames, share, shownStep }, dragging) {
  past.disabled = frames < 2;
  if (!dragging || share === null) past.value = String((share ?? 1) * 1000);
  past.setAttribute(
    "aria-valuetext",
    share === null ? t("now") : t("step {step}", { step: number(shownStep, 0) }),
  );
  now.classList.toggle("on", share === null);
}

/**
 * What is to be said of the run: why it ended, or that it is someone else's.
 * @param {Parts} parts
 * @param {Status} status
 * @param {string | null} ownAddress where to go instead of watching; null: it is one's own
 */
function say({ again, notice, own, said, stage }, { phase, error: why, line, stood }, ownAddress) {
  const error = why ?? line;
  const ended = phase === "ended";
  const watching = ownAddress !== null;
  notice.classList.toggle("bad", Boolean(error));
  const words = error ? error.message : wordsOn({ watching, stood });
  notice.hidden = !words;
  if (said.textContent !== words) said.textContent = words;
  again.hidden = !ended || watching;
  own.hidden = !watching;
  if (watching) own.href = ownAddress;
  stage?.classList.toggle("run-over", ended);
}

/** @param {{watching: boolean, stood: boolean}} how a run goes on */
function wordsOn({ watching, stood }) {
  if (watching)
    return t("You are watching someone's run. It stands still while they pause it or hide their page.");
  return stood ? t("While this page was hidden, the training stood still.") : "";
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
