/** Where a label hides the least. Pure. */

/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const OVERLAP = 1000; // two labels one over the other: nothing is worse
const MOVED = 3; // points that another place must spare before a label moves there: none flickers
const LATER = 0.1; // the first candidates are the usual places

/** @param {Box} a @param {Box} b */
const meet = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** How many of the points lie in the box. @param {Box} box @param {ArrayLike<number>} points x, y, x, y, … */
function hidden({ x, y, width, height }, points) {
  let count = 0;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [px, py] = [points[i] ?? 0, points[i + 1] ?? 0];
    if (px >= x && px <= x + width && py >= y && py <= y + height) count++;
  }
  return count;
}

/**
 * Of the places for a label the one that meets no other label and hides the fewest points.
 * @param {Box[]} candidates the usual ones first
 * @param {ArrayLike<number>} points of what is drawn: x, y, x, y, …
 * @param {Box[]} taken by other labels
 * @param {number} [before] number of the place where the label was
 * @returns {number} of the candidate
 */
export function bestPlace(candidates, points, taken, before = -1) {
  let [best, least] = [0, Infinity];
  candidates.forEach((box, i) => {
    const overlaps = taken.filter((other) => meet(box, other)).length;
    const cost = OVERLAP * overlaps + hidden(box, points) + LATER * i - (i === before ? MOVED : 0);
    if (cost < least) [best, least] = [i, cost];
  });
  return best;
}

/**
 * The box moved into the area, where it fits.
 * @param {Box} box
 * @param {Box} area
 * @returns {Box}
 */
export function within(box, area) {
  const x = Math.max(Math.min(box.x, area.x + area.width - box.width), area.x);
  const y = Math.max(Math.min(box.y, area.y + area.height - box.height), area.y);
  return { ...box, x, y };
}

/**
 * Points along a broken line, at most `step` apart; a gap in it is null.
 * @param {([number, number] | null)[]} corners
 * @param {number} step
 * @param {number[]} into x, y, x, y, …
 */
export function sampleLine(corners, step, into) {
  /** @type {[number, number] | null} */
  let last = null;
  for (const corner of corners) {
    if (corner) {
      const [x, y] = corner;
      const [fromX, fromY] = last ?? corner;
      const pieces = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / step));
      for (let k = 1; k <= pieces; k++)
        into.push(fromX + ((x - fromX) * k) / pieces, fromY + ((y - fromY) * k) / pieces);
    }
    last = corner;
  }
}
