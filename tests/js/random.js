/** Seeded numbers and boxes for the tests. */

/** @param {number} seed @returns {() => number} in [0, 1): mulberry32 */
export function seeded(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {() => number} random @param {number} count @param {number} [side] */
export function randomBoxes(random, count, side = 100) {
  const boxes = new Float32Array(count * 4);
  for (let i = 0; i < count; i++) {
    const [x, y] = [random() * side, random() * side];
    boxes.set([x, y, x + 1 + random() * side * 0.4, y + 1 + random() * side * 0.4], i * 4);
  }
  return boxes;
}
