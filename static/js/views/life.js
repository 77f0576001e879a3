/** What a view holds of the browser while it is there. All of it is given back at its end. */

import { oncePerFrame } from "../core/dom.js";
import { onLanguage } from "../core/i18n.js";
import { watchAround } from "./room.js";

/** @typedef {ReturnType<typeof viewLife>} Life */

export function viewLife() {
  const life = new AbortController();
  const { signal } = life;

  /**
   * @template {keyof GlobalEventHandlersEventMap} K
   * @param {EventTarget} target
   * @param {K} type
   * @param {(event: GlobalEventHandlersEventMap[K]) => void} listener
   * @param {{passive?: boolean}} [options]
   */
  function on(target, type, listener, options = {}) {
    target.addEventListener(type, /** @type {EventListener} */ (listener), { ...options, signal });
  }

  return {
    on,
    /**
     * Hear when the room that a view has may be another: the element's own size, or the window's, whose
     * height views look at and whose device pixels change with its zoom.
     * @param {Element} room
     * @param {() => void} resized
     */
    onResize(room, resized) {
      const watcher = new ResizeObserver(() => resized());
      const pane = room.closest(".views"); // whose height a picture fills
      for (const one of pane ? [room, pane] : [room]) watcher.observe(one);
      signal.addEventListener("abort", () => watcher.disconnect());
      if (pane) signal.addEventListener("abort", watchAround(room, pane, oncePerFrame(resized)));
      on(globalThis, "resize", resized);
    },
    /** Hear when the colors are others. @param {() => void} changed */
    onTheme(changed) {
      addEventListener("themechange", changed, { signal });
    },
    /** Hear when the language is another. @param {() => void} changed */
    onLanguage(changed) {
      signal.addEventListener("abort", onLanguage(changed));
    },
    /**
     * `draw` at most once per animation frame, and not after the end.
     * @param {() => void} draw
     * @returns {() => void}
     */
    oncePerFrame(draw) {
      const paint = oncePerFrame(() => void (signal.aborted || draw()));
      return () => void (signal.aborted || paint());
    },
    end: () => life.abort(),
  };
}
