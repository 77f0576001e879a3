/** What a view holds of the browser while it is there. All of it is given back at its end. */

import { oncePerFrame } from "../core/dom.js";
import { onLanguage } from "../core/i18n.js";

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

/**
 * Hear when what stands around an element in its pane leaves it other room: something comes or goes, or
 * all of it fits no longer. A text that grows by a line where there is room moves no picture.
 * @param {Element} element
 * @param {Element} pane
 * @param {() => void} changed
 * @returns {() => void} that ends it
 */
function watchAround(element, pane, changed) {
  /** @type {Map<Element, boolean>} whether it takes room */
  const takes = new Map();
  const watcher = new ResizeObserver((entries) => {
    let other = pane.scrollHeight > pane.clientHeight;
    for (const { target, contentRect } of entries) {
      const now = contentRect.height > 0;
      if (takes.get(target) === !now) other = true;
      takes.set(target, now);
    }
    if (other) changed();
  });
  for (let one = element; one !== pane && one.parentElement; one = one.parentElement)
    for (const sibling of one.parentElement.children) if (sibling !== one) watcher.observe(sibling);
  return () => watcher.disconnect();
}
