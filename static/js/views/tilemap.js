/** Small pictures at their places in a plane; one is chosen, lines lead to its neighbors. */

import { context2d, h, oncePerFrame, token } from "../core/dom.js";
import { nearestTile, placed } from "../math/scatter.js";

/**
 * @typedef {object} TilemapData
 * @property {Float32Array} places [P, 2]
 * @property {OffscreenCanvas[]} tiles P
 * @property {number} chosen
 * @property {number[]} neighbors
 * @property {string} summary
 */

/**
 * @param {HTMLElement} root
 * @param {{onChoose: (picture: number) => void, height?: () => number}} options
 */
export function tilemap(root, options) {
  const canvas = h("canvas", { role: "application", tabindex: 0 });
  const frame = h("div", { class: "tilemap" }, canvas);
  root.append(frame);
  /** @type {TilemapData | null} */
  let shown = null;
  let [width, height] = [320, 320];
  const tile = () => Math.max(14, Math.min(30, width / 22));
  /** @returns {Float32Array} pixels of the tiles' middles */
  const spots = () => (shown ? placed(shown.places, width, height, tile()) : new Float32Array());

  const paint = oncePerFrame(() => {
    const context = context2d(canvas, width, height);
    if (!shown) return;
    const [at, size] = [spots(), tile()];
    /** @param {number} i @param {number} scale */
    const paintTile = (i, scale) => {
      const picture = shown?.tiles[i];
      const wide = size * scale;
      if (picture)
        context.drawImage(picture, (at[2 * i] ?? 0) - wide / 2, (at[2 * i + 1] ?? 0) - wide / 2, wide, wide);
    };
    context.globalAlpha = 0.92;
    for (let i = 0; i < shown.tiles.length; i++) paintTile(i, 1);
    context.globalAlpha = 1;
    context.strokeStyle = token("--accent");
    context.lineWidth = 2;
    const chosen = shown.chosen;
    for (const i of shown.neighbors) {
      context.beginPath();
      context.moveTo(at[2 * chosen] ?? 0, at[2 * chosen + 1] ?? 0);
      context.lineTo(at[2 * i] ?? 0, at[2 * i + 1] ?? 0);
      context.stroke();
    }
    for (const i of [...shown.neighbors, chosen]) {
      const scale = i === chosen ? 1.7 : 1.2;
      paintTile(i, scale);
      const wide = size * scale;
      context.lineWidth = i === chosen ? 3 : 1.5;
      context.strokeRect((at[2 * i] ?? 0) - wide / 2, (at[2 * i + 1] ?? 0) - wide / 2, wide, wide);
    }
  });
  const resize = () => {
    width = root.clientWidth || 320;
    height = options.height?.() ?? Math.min(width, 420);
    frame.style.height = `${height}px`;
    paint();
  };
  const watcher = new ResizeObserver(resize);
  watcher.observe(root);
  addEventListener("themechange", paint);
  resize();

  canvas.addEventListener("click", (event) => {
    const rect = canvas.getBoundingClientRect();
    const found = nearestTile(spots(), event.clientX - rect.left, event.clientY - rect.top, tile());
    if (found >= 0) options.onChoose(found);
  });
  canvas.addEventListener("keydown", (event) => {
    const turn = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!turn || !shown?.tiles.length) return;
    event.preventDefault();
    options.onChoose((shown.chosen + turn + shown.tiles.length) % shown.tiles.length);
  });

  return {
    /** @param {TilemapData} next */
    update(next) {
      shown = next;
      if (canvas.getAttribute("aria-label") !== next.summary) canvas.setAttribute("aria-label", next.summary);
      paint();
    },
    destroy() {
      watcher.disconnect();
      removeEventListener("themechange", paint);
      frame.remove();
    },
  };
}
