/** Many numbers as thin bars in a row, up and down from 0: what a long vector looks like. */

import { token } from "../core/dom.js";
import { canvasView } from "./canvas_view.js";
import { SIGN } from "./marks.js";

const HEIGHT = 44; // CSS pixels

/**
 * @param {HTMLElement} root
 * @param {{onChoose: (index: number) => void}} options
 */
export function strip(root, { onChoose }) {
  /** @type {{values: ArrayLike<number>, chosen: number}} */
  let shown = { values: [], chosen: -1 };
  const view = canvasView(root, {
    look: "strip-view",
    attributes: { role: "img" },
    filling: true,
    measure: () => ({ width: root.clientWidth || 320, height: HEIGHT }),
    paint: (context) => paint(context, shown, root.clientWidth || 320),
  });
  view.on(view.canvas, "click", (event) => {
    const [x] = view.pixelOf(event);
    const count = shown.values.length;
    const at = Math.floor((x / view.canvas.clientWidth) * count);
    if (count) onChoose(Math.min(Math.max(at, 0), count - 1));
  });
  return {
    /** @param {{values: ArrayLike<number>, chosen: number, summary: string}} next */
    update({ summary, ...next }) {
      shown = next;
      view.describe(summary);
      view.repaint();
    },
    destroy: view.destroy,
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{values: ArrayLike<number>, chosen: number}} shown
 * @param {number} width
 */
function paint(context, { values, chosen }, width) {
  const all = Array.from(values);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const scale = (HEIGHT - 6) / Math.max(high - low, 1e-12);
  const zero = 3 + high * scale;
  const step = width / Math.max(all.length, 1);
  all.forEach((value, i) => {
    context.fillStyle = token(value < 0 ? SIGN.negative : SIGN.positive);
    const [top, height] = value < 0 ? [zero, -value * scale] : [zero - value * scale, value * scale];
    context.fillRect(i * step, top, Math.max(step - 0.5, 0.5), height);
  });
  context.fillStyle = token("--gray-2");
  context.fillRect(0, zero, width, 1);
  if (chosen < 0) return;
  context.strokeStyle = token("--ink");
  context.strokeRect(chosen * step - 1.5, 1, step + 2.5, HEIGHT - 2);
}
