/** Watching someone's run: its settings and its frames come, and nothing is sent but asks for frames. */

import { ApiError } from "../api.js";
import { lockControls } from "../controls.js";
import { t } from "../i18n.js";
import { watchRun } from "./run.js";
import { stepOf } from "./standing.js";

/** @typedef {import("./run.js").Frame} Frame */
/** @typedef {import("./standing.js").Standing} Standing */

export class Watching {
  #id;
  #slug;
  #state;
  #standing;
  #browser;
  #run;
  /** Whether the next frame is not asked for, because somebody looks at the past. */
  #held = false;

  /**
   * @param {string} id of the run
   * @param {Standing} standing
   * @param {object} options
   * @param {string} options.slug
   * @param {import("../state.js").State} options.state takes the run's settings
   * @param {import("./pull_loop.js").Browser} options.browser
   * @param {import("./line.js").Connect} options.connect
   * @param {typeof import("./line.js").surroundings} options.around
   */
  constructor(id, standing, { slug, state, browser, connect, around }) {
    this.#id = id;
    this.#slug = slug;
    this.#state = state;
    this.#standing = standing;
    this.#browser = browser;
    const handlers = {
      onWatching: this.#onWatching.bind(this),
      onConfig: (/** @type {Record<string, any>} */ config) => state.set(config),
      onFrame: this.#onFrame.bind(this),
      onPast: (/** @type {Frame} */ frame) => {
        standing.past.lend(frame);
        standing.tell();
      },
      onEnded: (/** @type {ApiError} */ why) => standing.enter("ended", why),
      onLine: (/** @type {ApiError | null} */ why) => standing.setLine(why),
    };
    this.#run = watchRun(id, handlers, connect, around);
  }

  /** Of the run. */
  get id() {
    return this.#id;
  }

  begin() {
    lockControls();
    this.#standing.tell();
    this.#run.next();
  }

  /** @param {{lab: string, config: Record<string, any>}} told */
  #onWatching({ lab, config }) {
    if (lab !== this.#slug) {
      this.#run.close();
      this.#standing.enter("ended", new ApiError("other_lab", () => t("This run belongs to another lab.")));
      return;
    }
    this.#standing.runId = this.#id;
    this.#state.set(config);
    this.#standing.enter("watching");
  }

  /** @param {Frame} frame */
  #onFrame(frame) {
    const standing = this.#standing;
    const { past } = standing;
    if (stepOf(frame) < standing.step) past.clear(); // its owner began anew
    standing.take(frame, false);
    standing.tell();
    this.#browser.afterPaint(() => {
      this.#held = past.share !== null;
      if (!this.#held) this.#run.next();
    });
  }

  /** The past is looked at, or (null) the newest again. @param {number | null} place */
  lookedAt(place) {
    if (this.#held && place === null) this.#run.next();
    this.#held &&= place !== null;
  }

  /** Show a frame that this page may not have: a presenter looks at it. @param {number} step */
  lookBack(step) {
    this.#run.lookBack(step);
  }

  close() {
    this.#run.close();
  }
}
