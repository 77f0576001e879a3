/** A canvas in its frame: as large as its room allows, painted at most once per animation frame. */

import { context2d, h } from "../core/dom.js";
import { viewLife } from "./life.js";

/** @typedef {ReturnType<typeof canvasView>} CanvasView */

/**
 * @param {HTMLElement} root
 * @param {object} options
 * @param {string} options.look class of the frame
 * @param {Record<string, any>} options.attributes of the canvas
 * @param {() => {width: number, height: number}} options.measure in CSS pixels, for the room as it is
 * @param {(context: CanvasRenderingContext2D) => void} options.paint on an empty canvas, in CSS pixels
 * @param {boolean} [options.filling] the stylesheet makes it as wide as its room
 */
export function canvasView(root, { look, attributes, measure, paint, filling = false }) {
  const life = viewLife();
  const canvas = h("canvas", attributes);
  const frame = h("div", { class: look }, canvas);
  root.append(frame);
  let size = { width: 320, height: 240 };

  const repaint = life.oncePerFrame(() => paint(context2d(canvas, size.width, size.height)));
  const resize = () => {
    size = measure();
    if (!filling) frame.style.width = `${size.width}px`;
    frame.style.height = `${size.height}px`;
    repaint();
  };
  life.onResize(root, resize);
  life.onTheme(repaint);
  life.onLanguage(resize); // names of axes take other room

  return {
    canvas,
    frame,
    on: life.on,
    /** Paint anew, soon. */
    repaint,
    /** Measure and paint anew. */
    resize,
    /** Where an event is, in CSS pixels of the canvas. @param {{clientX: number, clientY: number}} event */
    pixelOf(event) {
      const rect = canvas.getBoundingClientRect();
      return /** @type {[number, number]} */ ([event.clientX - rect.left, event.clientY - rect.top]);
    },
    /** What a screen reader says of it. @param {string} summary */
    describe(summary) {
      if (canvas.getAttribute("aria-label") !== summary) canvas.setAttribute("aria-label", summary);
    },
    destroy() {
      life.end();
      frame.remove();
    },
  };
}
