/** Where a network's units and weights lie in a picture, and which one is meant. Pure. */

/**
 * @typedef {object} Layout
 * @property {number} size side of a unit's map, pixels
 * @property {[number, number][][]} units centers, layer by layer
 * @property {number} width
 * @property {number} height
 */

/**
 * @param {readonly number[]} layers units from the input to the output
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {Layout}
 */
export function layout(layers, width, height) {
  const most = Math.max(...layers);
  const gap = width / layers.length;
  const size = Math.max(8, Math.min(44, (height - 36) / most - 4, gap * 0.5));
  const units = layers.map((count, layer) => {
    const pitch = Math.min((height - 30) / count, size * 1.9);
    return Array.from(
      { length: count },
      (_, i) =>
        /** @type {[number, number]} */ ([
          gap * (layer + 0.5),
          26 + (height - 30) / 2 + (i - (count - 1) / 2) * pitch,
        ]),
    );
  });
  return { size, units, width, height };
}

/**
 * Number of a unit among the hidden and output units.
 * @param {readonly number[]} layers
 * @param {number} layer
 * @param {number} unit
 */
export const unitIndex = (layers, layer, unit) =>
  layers.slice(1, layer).reduce((sum, n) => sum + n, 0) + unit;

/**
 * Where a weight is in the flat array.
 * @param {readonly number[]} layers
 * @param {number} layer of weights, from 0
 * @param {number} source
 * @param {number} target
 */
export function weightIndex(layers, layer, source, target) {
  let start = 0;
  for (let l = 0; l < layer; l++) start += (layers[l] ?? 0) * (layers[l + 1] ?? 0);
  return start + source * (layers[layer + 1] ?? 0) + target;
}

/** @param {readonly number[]} layers @param {number} layer @param {number} target */
export const biasIndex = (layers, layer, target) =>
  layers.slice(1, layer + 1).reduce((sum, n) => sum + n, 0) + target;

/**
 * The unit under a point.
 * @param {Layout} on @param {number} x @param {number} y
 * @returns {{layer: number, unit: number} | null}
 */
export function unitAt(on, x, y) {
  for (const [layer, units] of on.units.entries()) {
    const unit = units.findIndex(
      ([ux, uy]) => Math.abs(x - ux) <= on.size / 2 + 3 && Math.abs(y - uy) <= on.size / 2 + 3,
    );
    if (unit >= 0) return { layer, unit };
  }
  return null;
}

/**
 * The weight whose line is nearest to a point, within `reach` pixels.
 * @param {Layout} on @param {number} x @param {number} y @param {number} [reach]
 * @returns {{layer: number, source: number, target: number} | null}
 */
export function weightAt(on, x, y, reach = 7) {
  let [best, found] = [reach, /** @type {{layer: number, source: number, target: number} | null} */ (null)];
  for (let layer = 0; layer + 1 < on.units.length; layer++) {
    for (const [source, [ax, ay]] of (on.units[layer] ?? []).entries()) {
      for (const [target, [bx, by]] of (on.units[layer + 1] ?? []).entries()) {
        if (x <= ax + on.size / 2 || x >= bx - on.size / 2) continue;
        const away =
          Math.abs((by - ay) * x - (bx - ax) * y + bx * ay - by * ax) / Math.hypot(bx - ax, by - ay);
        if (away < best) [best, found] = [away, { layer, source, target }];
      }
    }
  }
  return found;
}
