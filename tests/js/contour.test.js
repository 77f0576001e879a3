import assert from "node:assert/strict";
import { test } from "node:test";
import { contours } from "../../static/js/math/contour.js";

/** @param {number} rows @param {number} columns @param {(x: number, y: number) => number} height */
const grid = (rows, columns, height) =>
  Float64Array.from({ length: rows * columns }, (_, i) => height(i % columns, Math.floor(i / columns)));

test("a plane's line is straight and lies where the plane has the level", () => {
  const lines = contours(
    grid(5, 9, (x) => x / 8),
    5,
    9,
    0.3,
  );
  assert.equal(lines.length, 1);
  const [line = []] = lines;
  assert.equal(line.length, 10);
  for (let i = 0; i < line.length; i += 2) assert(Math.abs((line[i] ?? 0) - 2.4) < 1e-9);
});

test("a hill's line is closed and about a circle", () => {
  const lines = contours(
    grid(41, 41, (x, y) => -Math.hypot(x - 20, y - 20)),
    41,
    41,
    -11.3,
  );
  assert.equal(lines.length, 1);
  const [line = []] = lines;
  assert.deepEqual(line.slice(0, 2), line.slice(-2));
  for (let i = 0; i < line.length; i += 2) {
    assert(Math.abs(Math.hypot((line[i] ?? 0) - 20, (line[i + 1] ?? 0) - 20) - 11.3) < 0.1);
  }
});

test("two hills have two lines, and a level that nothing reaches has none", () => {
  const hills = grid(
    20,
    40,
    (x, y) => Math.exp(-((x - 10) ** 2 + (y - 10) ** 2) / 9) + Math.exp(-((x - 30) ** 2 + (y - 10) ** 2) / 9),
  );
  assert.equal(contours(hills, 20, 40, 0.5).length, 2);
  assert.deepEqual(contours(hills, 20, 40, 2), []);
  assert.deepEqual(
    contours(
      grid(3, 3, () => 1),
      3,
      3,
      1,
    ),
    [],
  );
});

test("in a saddle two lines go, each around one high corner, whatever the height in the middle", () => {
  for (const middle of [0.9, -0.9]) {
    // Corners: high at 0 and 3, low at 1 and 2.
    const values = [1 + middle / 2, -1 + middle / 2, -1 + middle / 2, 1 + middle / 2];
    const lines = contours(values, 2, 2, 0);
    const around = lines.map(([x0 = 0, y0 = 0, x1 = 0, y1 = 0]) => ((x0 + x1 + y0 + y1) / 2 < 1 ? 0 : 3));
    assert.deepEqual(around.sort(), [0, 3]);
  }
});

test("the grid's own edge is no line, also where the height there is above the level", () => {
  const hill = grid(9, 9, (x, y) => -Math.hypot(x, y));
  const lines = contours(hill, 9, 9, -5.5);
  assert.equal(lines.length, 1);
  const [line = []] = lines;
  for (let i = 0; i < line.length; i += 2)
    assert(Math.abs(Math.hypot(line[i] ?? 0, line[i + 1] ?? 0) - 5.5) < 0.1);
});

test("where a value is not a number, the line stops", () => {
  const holed = grid(5, 5, (x) => x - 1.5);
  holed[2 * 5 + 1] = NaN;
  const lines = contours(holed, 5, 5, 0);
  assert.equal(lines.length, 2);
  for (const line of lines) assert(line.every((v) => Number.isFinite(v)));
});
