/**
 * Lines of equal height on a grid (marching squares; Lorensen and Cline, 1987, in two dimensions).
 * Within a cell the height is read linearly along its edges; in a saddle the mean of its four
 * corners decides which of them belong together.
 */

/**
 * @param {ArrayLike<number>} values rows x columns, row after row; where one is not a number, no line goes
 * @param {number} rows
 * @param {number} columns
 * @param {number} level
 * @returns {number[][]} polylines, flat: column, row, column, row, … in cells; closed ones end where they begin
 */
export function contours(values, rows, columns, level) {
  /** Edge -> the edges that a segment joins it to. @type {Map<number, number[]>} */
  const joined = new Map();
  const join = (/** @type {number} */ a, /** @type {number} */ b) => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ]) {
      const others = joined.get(/** @type {number} */ (from));
      if (others) others.push(/** @type {number} */ (to));
      else joined.set(/** @type {number} */ (from), [/** @type {number} */ (to)]);
    }
  };
  const upright = rows * columns; // edges along a column count from here
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const at = r * columns + c;
      const [a = NaN, b = NaN, d = NaN, e = NaN] = [
        values[at],
        values[at + 1],
        values[at + columns],
        values[at + columns + 1],
      ];
      const sum = a + b + d + e;
      if (Number.isNaN(sum)) continue;
      const [low, right, high, left] = [at, upright + at + 1, at + columns, upright + at];
      const kind =
        Number(a >= level) |
        (Number(b >= level) << 1) |
        (Number(e >= level) << 2) |
        (Number(d >= level) << 3);
      const same = sum / 4 >= level; // in a saddle: whether the upper corners are joined
      if (kind === 0 || kind === 15) continue;
      else if (kind === 1 || kind === 14) join(left, low);
      else if (kind === 2 || kind === 13) join(low, right);
      else if (kind === 4 || kind === 11) join(right, high);
      else if (kind === 8 || kind === 7) join(high, left);
      else if (kind === 3 || kind === 12) join(left, right);
      else if (kind === 6 || kind === 9) join(low, high);
      else if ((kind === 5) === same) {
        join(low, right);
        join(high, left);
      } else {
        join(left, low);
        join(right, high);
      }
    }
  }

  /** Where the line crosses an edge. @type {(edge: number) => [number, number]} */
  const place = (edge) => {
    const along = edge < upright;
    const at = along ? edge : edge - upright;
    const [r, c] = [Math.floor(at / columns), at % columns];
    const from = values[at] ?? 0;
    const to = values[along ? at + 1 : at + columns] ?? 0;
    const share = to === from ? 0.5 : (level - from) / (to - from);
    return along ? [c + share, r] : [c, r + share];
  };
  /** @type {number[][]} */
  const lines = [];
  /** @param {number} start */
  const walk = (start) => {
    /** @type {number[]} */
    const line = [...place(start)];
    for (let edge = start; ;) {
      const next = joined.get(edge)?.pop();
      if (next === undefined) break;
      const back = joined.get(next);
      back?.splice(back.indexOf(edge), 1);
      line.push(...place(next));
      edge = next;
    }
    if (line.length > 2) lines.push(line);
  };
  for (const [edge, others] of joined) if (others.length === 1) walk(edge); // open ones from their end
  for (const [edge, others] of joined) if (others.length) walk(edge);
  return lines;
}
