/** Small pictures as the server sends them: uint8, channel by channel. */

/**
 * One picture as a canvas takes it.
 * @param {Uint8Array} bytes [N, 3, side, side]
 * @param {number} side
 * @param {number} [at] which of them
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA
 */
export function rgba(bytes, side, at = 0) {
  const area = side * side;
  const start = at * 3 * area;
  const pixels = new Uint8ClampedArray(4 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = bytes[start + c * area + i] ?? 0;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/**
 * Every picture as a small canvas to draw from.
 * @param {Uint8Array} bytes [N, 3, side, side]
 * @param {number} side
 * @returns {OffscreenCanvas[]}
 */
export function tilesOf(bytes, side) {
  const count = bytes.length / (3 * side * side);
  return Array.from({ length: count }, (_, at) => {
    const canvas = new OffscreenCanvas(side, side);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.putImageData(new ImageData(rgba(bytes, side, at), side, side), 0, 0);
    return canvas;
  });
}
