/** The player: buttons that go a step, run on by themselves, and stop. One for every lab. */

import { t } from "../core/i18n.js";
import { viewLife } from "./life.js";

/**
 * @param {HTMLElement} root holds buttons with data-player: play, and any of the other actions
 * @param {{
 *   actions: Record<string, () => void>,
 *   onStart: () => void,
 *   advance: () => boolean,
 *   period: () => number,
 * }} options `advance` goes one step and says whether there is another; `period` in milliseconds
 */
export function player(root, { actions, onStart, advance, period }) {
  const life = viewLife();
  const play = /** @type {HTMLElement} */ (root.querySelector("[data-player=play]"));
  let timer = 0;
  const show = () => (play.textContent = timer ? t("Pause") : t("Play"));
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    show();
  };
  const start = () => {
    onStart();
    timer = window.setInterval(() => advance() || stop(), period());
    show();
  };
  life.onLanguage(show);
  life.on(play, "click", () => (timer ? stop() : start()));
  for (const [name, act] of Object.entries(actions)) {
    const button = root.querySelector(`[data-player=${name}]`);
    if (!button) continue;
    life.on(button, "click", () => {
      stop();
      act();
    });
  }
  return {
    stop,
    destroy() {
      stop();
      life.end();
    },
  };
}
