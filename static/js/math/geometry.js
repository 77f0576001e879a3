/**
 * Boxes as numbers: overlap, decoding, fitting a picture, finding the box under a finger.
 * Boxes are flat arrays x1, y1, x2, y2, …, in pixels of the displayed image. No DOM here.
 */

/** @typedef {ArrayLike<number>} Numbers */

/**
 * Intersection, union and IoU of two boxes of four numbers.
 * @param {Numbers} a
 * @param {Numbers} b
 */
export function overlap(a, b) {
  const [ax1 = 0, ay1 = 0, ax2 = 0, ay2 = 0] = Array.from(a);
  const [bx1 = 0, by1 = 0, bx2 = 0, by2 = 0] = Array.from(b);
  const width = Math.max(0, Math.min(ax2, bx2) - Math.max(ax1, bx1));
  const height = Math.max(0, Math.min(ay2, by2) - Math.max(ay1, by1));
  const intersection = width * height;
  const areas = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1);
  const union = areas - intersection;
  return { intersection, union, iou: union > 0 ? intersection / union : 0 };
}

/**
 * Box number `index` of a flat array.
 * @param {Numbers} boxes
 * @param {number} index
 * @returns {[number, number, number, number]}
 */
export function boxAt(boxes, index) {
  const i = index * 4;
  return [boxes[i] ?? 0, boxes[i + 1] ?? 0, boxes[i + 2] ?? 0, boxes[i + 3] ?? 0];
}

const MAX_LOG_SCALE = Math.log(1000 / 16);

/**
 * Apply deltas to an anchor (Ren et al., 2015, equation 2), with every intermediate number.
 * @param {Numbers} anchor x1, y1, x2, y2
 * @param {Numbers} deltas t_x, t_y, t_w, t_h
 */
export function decodeBox(anchor, deltas) {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = Array.from(anchor);
  const [tx = 0, ty = 0, tw = 0, th = 0] = Array.from(deltas);
  const wa = x2 - x1;
  const ha = y2 - y1;
  const xa = x1 + wa / 2;
  const ya = y1 + ha / 2;
  const x = xa + tx * wa;
  const y = ya + ty * ha;
  const w = wa * Math.exp(Math.min(tw, MAX_LOG_SCALE));
  const h = ha * Math.exp(Math.min(th, MAX_LOG_SCALE));
  return { xa, ya, wa, ha, tx, ty, tw, th, x, y, w, h, box: [x - w / 2, y - h / 2, x + w / 2, y + h / 2] };
}

/**
 * Cut a box at the image's borders.
 * @param {Numbers} box
 * @param {number} width
 * @param {number} height
 * @returns {[number, number, number, number]}
 */
export function clipBox(box, width, height) {
  const inside = (/** @type {number} */ v, /** @type {number} */ top) => Math.min(Math.max(v, 0), top);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = Array.from(box);
  return [inside(x1, width), inside(y1, height), inside(x2, width), inside(y2, height)];
}

/**
 * The smallest of the listed boxes that holds the point: what one means when one points at a pile.
 * @param {Numbers} boxes
 * @param {Iterable<number>} indices
 * @param {number} x
 * @param {number} y
 * @returns {number} its index, or -1
 */
export function boxUnder(boxes, indices, x, y) {
  let best = -1;
  let area = Infinity;
  for (const index of indices) {
    const [x1, y1, x2, y2] = boxAt(boxes, index);
    if (x < x1 || x > x2 || y < y1 || y > y2) continue;
    const size = (x2 - x1) * (y2 - y1);
    if (size < area) [best, area] = [index, size];
  }
  return best;
}

/**
 * The smallest of the listed boxes with an edge near the point: the line that one points at.
 * @param {Numbers} boxes
 * @param {Iterable<number>} indices
 * @param {number} x
 * @param {number} y
 * @param {number} slack how near
 * @returns {number} its index, or -1
 */
export function boxAtEdge(boxes, indices, x, y, slack) {
  let best = -1;
  let area = Infinity;
  for (const index of indices) {
    const [x1, y1, x2, y2] = boxAt(boxes, index);
    const out = Math.max(x1 - x, x - x2, y1 - y, y - y2); // how far outside; inside it is negative
    const size = (x2 - x1) * (y2 - y1);
    if (Math.abs(out) <= slack && size < area) [best, area] = [index, size];
  }
  return best;
}

/**
 * The largest size of the same shape that fits.
 * @param {number} width
 * @param {number} height
 * @param {number} roomWidth
 * @param {number} roomHeight
 */
export function fit(width, height, roomWidth, roomHeight) {
  const scale = Math.min(roomWidth / width, roomHeight / height);
  return { scale, width: width * scale, height: height * scale };
}

/** Whether two boxes meet at all: cheaper than their overlap. @param {Numbers} a @param {Numbers} b */
function meet(a, b) {
  return (
    (a[0] ?? 0) <= (b[2] ?? 0) &&
    (b[0] ?? 0) <= (a[2] ?? 0) &&
    (a[1] ?? 0) <= (b[3] ?? 0) &&
    (b[1] ?? 0) <= (a[3] ?? 0)
  );
}

/**
 * Each truth greedily takes the best box that is still free, in order of the boxes' score, as
 * PASCAL VOC counts (Everingham et al., 2010): a box that finds no free truth is a false positive.
 * @param {Numbers} boxes flat, best score first
 * @param {readonly number[]} indices the boxes that count, best first
 * @param {Numbers} truths flat
 * @param {number} threshold IoU from which a box has found a truth
 * @param {(box: number, truth: number) => boolean} [mayBe] whether a box may have found a truth: of the
 *   same class
 */
export function matchTruths(boxes, indices, truths, threshold, mayBe = () => true) {
  const count = truths.length / 4;
  const found = new Int32Array(count).fill(-1);
  const flat = Array.from({ length: count }, (_, truth) => boxAt(truths, truth));
  let hits = 0;
  for (const index of indices) {
    const box = boxAt(boxes, index);
    let best = -1;
    let bestIou = threshold;
    for (let truth = 0; truth < count; truth++) {
      if (found[truth] !== -1 || (threshold > 0 && !meet(box, flat[truth] ?? box)) || !mayBe(index, truth))
        continue;
      const { iou } = overlap(box, flat[truth] ?? box);
      if (iou >= bestIou) [best, bestIou] = [truth, iou];
    }
    if (best >= 0) {
      found[best] = index;
      hits += 1;
    }
  }
  const precision = indices.length ? hits / indices.length : 0;
  const recall = count ? hits / count : 0;
  const f1 = precision + recall ? (2 * precision * recall) / (precision + recall) : 0;
  return { found, hits, precision, recall, f1 };
}
