/** Where small pictures lie on a canvas. */

/**
 * Places scaled into the canvas, each axis by itself, with room for a tile at every edge; y grows
 * upward in the plane and downward on the canvas. All in one place: the middle.
 * @param {ArrayLike<number>} places [P, 2]
 * @param {number} width
 * @param {number} height
 * @param {number} tile pixels
 */
export function placed(places, width, height, tile) {
  const spots = new Float32Array(places.length);
  for (const axis of [0, 1]) {
    let [low, high] = [Infinity, -Infinity];
    for (let i = axis; i < places.length; i += 2) {
      low = Math.min(low, places[i] ?? 0);
      high = Math.max(high, places[i] ?? 0);
    }
    const room = (axis ? height : width) - 2 * tile;
    for (let i = axis; i < places.length; i += 2) {
      const share = high - low > 1e-9 ? ((places[i] ?? 0) - low) / (high - low) : 0.5;
      spots[i] = tile + room * (axis ? 1 - share : share);
    }
  }
  return spots;
}

/**
 * The tile under a finger, or the nearest within a tile's width; −1 for none.
 * @param {ArrayLike<number>} spots [P, 2] middles
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 */
export function nearestTile(spots, x, y, reach) {
  let [found, least] = [-1, reach];
  for (let i = 0; i < spots.length / 2; i++) {
    const away = Math.hypot((spots[2 * i] ?? 0) - x, (spots[2 * i + 1] ?? 0) - y);
    if (away <= least) [found, least] = [i, away];
  }
  return found;
}
