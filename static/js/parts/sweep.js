/** A sweep over many settings at once: a run of its own beside the page's, begun and stopped by a button. */

import { t } from "../core/i18n.js";
import { follows } from "../core/room/member.js";
import { trainingSession } from "../core/session/session.js";

const AT_ONCE = 20; // steps between two pictures

export class Sweep {
  /** @type {ReturnType<typeof trainingSession> | null} */
  session = null;

  /**
   * @param {object} options
   * @param {string} options.slug
   * @param {import("../core/state.js").State} options.state has whether it was asked for as `sweep`
   * @param {HTMLElement} options.button
   * @param {() => string} options.name of the button, while nothing runs
   * @param {number} options.enough training steps; beyond, the picture hardly changes
   * @param {string[]} options.liveNames fields that change the run; others start it anew
   * @param {(values: Record<string, any>) => Record<string, any>} options.configOf
   * @param {(frame: any) => boolean | void} options.onFrame false: the frame is of a run that is being left
   * @param {() => void} [options.onBegin] the first run is to begin
   * @param {(words: string) => void} options.onRefused
   */
  constructor(options) {
    this.options = options;
    // A room's presenter has begun one: whoever follows sees it, too.
    options.state.subscribe((changed) => {
      if (changed.has("sweep") && options.state.values.sweep && follows() && !this.session) this.begin();
    });
  }

  /** Whether there has been a run. */
  get begun() {
    return this.session !== null;
  }

  /** Stop what runs; else ask for it and begin. */
  toggle() {
    if (this.session?.status.phase === "running") return this.session.pause();
    this.options.state.set({ sweep: true });
    this.begin();
  }

  begin() {
    if (this.session) this.session.reset();
    else this.session = this.open();
    this.session.play();
  }

  open() {
    const { slug, state, liveNames, configOf, onBegin } = this.options;
    onBegin?.();
    return trainingSession({
      slug,
      as: "sweep",
      liveNames,
      configOf,
      state: {
        ...state,
        ...(follows() && { set: () => false }), // what the sweep is set to is not the page's
        get values() {
          return { ...state.values, speed: AT_ONCE, run: "" };
        },
      },
      onFrame: (frame) => this.take(frame),
      onStatus: (status) => this.show(status),
    });
  }

  /** @param {any} frame */
  take(frame) {
    const { onFrame, enough } = this.options;
    if (onFrame(frame) !== false && frame.header.step >= enough) this.session?.pause();
  }

  /** @param {import("../core/session/session.js").Status} status */
  show({ phase, error, step }) {
    const { button, name, onRefused } = this.options;
    const running = phase === "running";
    button.setAttribute("aria-busy", String(running));
    button.textContent = running ? t("Stop at step {step}", { step }) : name();
    if (error) onRefused(error.message);
  }
}

/**
 * A configuration in which what a sweep does not depend on has its default.
 * @param {Record<string, any>} config
 * @param {string[]} idle
 */
export const withDefaults = (config, idle) =>
  Object.fromEntries(Object.entries(config).filter(([name]) => !idle.includes(name)));
