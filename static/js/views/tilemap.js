/** Small pictures at their places in a plane; one is chosen, lines lead to its neighbors. */

import { token } from "../core/dom.js";
import { nearestTile, placed } from "../math/scatter.js";
import { canvasView } from "./canvas_view.js";
import { roomFor } from "./room.js";

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
 * @param {{onChoose: (picture: number) => void}} options
 */
export function tilemap(root, options) {
  /** @type {TilemapData | null} */
  let shown = null;
  let [width, height] = [320, 320];
  const tile = () => Math.max(14, Math.min(30, width / 22));
  /** @returns {Float32Array} pixels of the tiles' middles */
  const spots = () => (shown ? placed(shown.places, width, height, tile()) : new Float32Array());
  const view = canvasView(root, {
    look: "tilemap",
    attributes: { role: "application", tabindex: 0 },
    filling: true,
    measure() {
      width = root.clientWidth || 320;
      height = roomFor(root, { least: 160, most: Math.min(width, 560), share: 0.5 });
      return { width, height };
    },
    paint: (context) => void (shown && paintTiles(context, shown, spots(), tile())),
  });
  view.resize();

  view.on(view.canvas, "click", (event) => {
    const found = nearestTile(spots(), ...view.pixelOf(event), tile());
    if (found >= 0) options.onChoose(found);
  });
  view.on(view.canvas, "keydown", (event) => {
    const turn = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!turn || !shown?.tiles.length) return;
    event.preventDefault();
    options.onChoose((shown.chosen + turn + shown.tiles.length) % shown.tiles.length);
  });

  return {
    /** @param {TilemapData} next */
    update(next) {
      shown = next;
      view.describe(next.summary);
      view.repaint();
    },
    destroy: view.destroy,
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {TilemapData} data
 * @param {Float32Array} at the tiles' middles
 * @param {number} size of a tile
 */
function paintTiles(context, { tiles, chosen, neighbors }, at, size) {
  /** @param {number} i @param {number} wide */
  const corner = (i, wide) =>
    /** @type {[number, number]} */ ([(at[2 * i] ?? 0) - wide / 2, (at[2 * i + 1] ?? 0) - wide / 2]);
  /** @param {number} i @param {number} wide */
  const paintTile = (i, wide) => {
    const picture = tiles[i];
    if (picture) context.drawImage(picture, ...corner(i, wide), wide, wide);
  };
  context.globalAlpha = 0.92;
  for (let i = 0; i < tiles.length; i++) paintTile(i, size);
  context.globalAlpha = 1;
  context.strokeStyle = token("--accent");
  context.lineWidth = 2;
  for (const i of neighbors) {
    context.beginPath();
    context.moveTo(...corner(chosen, 0));
    context.lineTo(...corner(i, 0));
    context.stroke();
  }
  for (const i of [...neighbors, chosen]) {
    const wide = size * (i === chosen ? 1.7 : 1.2);
    paintTile(i, wide);
    context.lineWidth = i === chosen ? 3 : 1.5;
    context.strokeRect(...corner(i, wide), wide, wide);
  }
}
