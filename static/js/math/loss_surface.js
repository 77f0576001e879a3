/** The loss surface over two weights: the mean squared error of a linear model. No DOM. */

/** @typedef {[number, number]} Pair */

/**
 * A function's heights over a plane.
 * @param {Pair} x @param {Pair} y @param {number} side nodes along a side
 * @param {(a: number, b: number) => number} height
 */
export function heights([x0, x1], [y0, y1], side, height) {
  return Float64Array.from({ length: side * side }, (_, i) =>
    height(x0 + ((i % side) / (side - 1)) * (x1 - x0), y0 + (Math.floor(i / side) / (side - 1)) * (y1 - y0)),
  );
}

/**
 * The data loss above its least value.
 * @param {number[][]} hessian @param {number[]} best
 * @returns {(a: number, b: number) => number}
 */
export function lossSurface(hessian, [best0 = 0, best1 = 0]) {
  const [p = 0, q = 0, , r = 0] = hessian.flat();
  return (a, b) => {
    const [da, db] = [a - best0, b - best1];
    return 0.5 * (p * da * da + 2 * q * da * db + r * db * db);
  };
}
