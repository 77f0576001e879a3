/** Shapes of points: each role and each class has its own, so that color is never alone. */

/** @typedef {"circle" | "square" | "triangle" | "cross" | "diamond"} Shape */

/**
 * The outline of a shape; areas are about the same.
 * @param {Shape} shape
 * @param {number} x
 * @param {number} y
 * @param {number} r radius of the circle
 */
export function outline(shape, x, y, r) {
  const path = new Path2D();
  if (shape === "circle") path.arc(x, y, r, 0, 2 * Math.PI);
  else {
    for (const [dx = 0, dy = 0] of CORNERS[shape]) path.lineTo(x + dx * r, y + dy * r);
    path.closePath();
  }
  return path;
}

const [A, B] = [1.18, 0.44]; // the cross: how far its arms reach, and half their thickness
/** @type {Record<Exclude<Shape, "circle">, number[][]>} corners in units of the radius */
const CORNERS = {
  square: [
    [-0.89, -0.89],
    [0.89, -0.89],
    [0.89, 0.89],
    [-0.89, 0.89],
  ],
  triangle: [
    [0, -1.32],
    [1.2, 0.78],
    [-1.2, 0.78],
  ],
  diamond: [
    [0, -1.28],
    [1.28, 0],
    [0, 1.28],
    [-1.28, 0],
  ],
  cross: turned([
    [-B, -A],
    [B, -A],
    [B, -B],
    [A, -B],
    [A, B],
    [B, B],
    [B, A],
    [-B, A],
    [-B, B],
    [-A, B],
    [-A, -B],
    [-B, -B],
  ]),
};

/** A plus sign, turned by 45 degrees. @param {number[][]} corners */
function turned(corners) {
  const s = Math.SQRT1_2;
  return corners.map(([x = 0, y = 0]) => [(x - y) * s, (x + y) * s]);
}

/**
 * One point: filled, hollow or half filled, with a thin edge that lifts it from what lies below.
 * @param {CanvasRenderingContext2D} context
 * @param {Path2D} path
 * @param {object} look
 * @param {"full" | "hollow" | "half"} look.fill
 * @param {string} look.color
 * @param {string} look.ground
 * @param {number} [look.width]
 * @param {number} look.x the point's middle
 * @param {number} look.reach how far the shape may reach from it
 */
export function drawPoint(context, path, { fill, color, ground, width = 1.6, x, reach }) {
  context.setLineDash([]);
  context.lineJoin = "round";
  if (fill === "full") {
    context.fillStyle = color;
    context.fill(path);
    context.strokeStyle = ground;
    context.lineWidth = 1.2;
    context.stroke(path);
    return;
  }
  context.strokeStyle = ground;
  context.lineWidth = width + 2;
  context.stroke(path);
  context.fillStyle = ground;
  context.fill(path);
  if (fill === "half") {
    context.save();
    context.clip(path);
    context.fillStyle = color;
    context.fillRect(x - 2 * reach, -1e5, 2 * reach, 2e5);
    context.restore();
  }
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
}
