/** A place on a phone to draw a curve: by finger, pointer, or with the arrow keys. */

import { h } from "../dom.js";
import { number, t } from "../i18n.js";
import { between, drawn, KEYS, moved, newCurve, placeOf, PLACES, shareOf } from "../../math/hand_drawn.js";

/** @typedef {import("./guest_question.js").Question} Question */

const [WIDTH, HEIGHT] = [320, 200]; // in the picture's own units
const GRID = [0, 0.25, 0.5, 0.75, 1];

/**
 * @param {Question} asked with axes
 * @param {(number | null)[] | null} mine heights that were drawn before
 * @param {(heights: (number | null)[]) => void} onDrawn when the hand is lifted
 */
export function curvePad({ x, y, log, open }, mine, onDrawn) {
  const axes = { x: x ?? [0, 1], y: y ?? [0, 1] };
  const curve = newCurve(/** @type {any} */ (axes), log ?? { x: false, y: false });
  if (mine) curve.heights = [...mine];
  const line = svg("polyline", {});
  const pad = svg("svg", {
    class: "curve-pad",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
  });
  pad.append(...GRID.flatMap(gridLines), line);
  const draw = () => line.setAttribute("points", pointsOf(curve));
  draw();
  if (open) wirePad(pad, curve, draw, () => onDrawn([...curve.heights]));
  const tick = (/** @type {number} */ value) =>
    h("span", {}, number(value, value >= 10 || value === 0 ? 0 : 2));
  const ends = [h("p", { class: "room-ends" }, tick(axes.y[1])), pad];
  return h(
    "div",
    {},
    ...ends,
    h("p", { class: "room-ends" }, tick(axes.y[0]), tick(placeOf(curve, PLACES - 1))),
  );
}

/** @param {number} share */
const gridLines = (share) => [
  svg("line", { x1: share * WIDTH, x2: share * WIDTH, y1: 0, y2: HEIGHT }),
  svg("line", { x1: 0, x2: WIDTH, y1: share * HEIGHT, y2: share * HEIGHT }),
];

/** @param {import("../../math/hand_drawn.js").HandDrawn} curve */
const pointsOf = ({ heights, y, log }) =>
  heights
    .flatMap((height, i) =>
      height === null
        ? []
        : [
            `${((WIDTH * i) / (PLACES - 1)).toFixed(1)},${(HEIGHT * (1 - shareOf(y, log.y, height))).toFixed(1)}`,
          ],
    )
    .join(" ");

/**
 * @param {SVGElement} pad
 * @param {import("../../math/hand_drawn.js").HandDrawn} curve
 * @param {() => void} draw
 * @param {() => void} done
 */
function wirePad(pad, curve, draw, done) {
  pad.setAttribute("tabindex", "0");
  pad.setAttribute("role", "slider");
  pad.setAttribute("aria-label", t("Draw your curve: with a pointer or finger, or with the arrow keys"));
  const tell = () => {
    const { i, y } = curve.last ?? { i: 0, y: between(curve.y, curve.log.y, 0.5) };
    pad.setAttribute("aria-valuenow", String(y));
    pad.setAttribute("aria-valuetext", t("{y} at {x}", { x: number(placeOf(curve, i), 0), y: number(y, 3) }));
  };
  /** @param {{i: number, y: number}} place */
  const to = (place) => {
    drawn(curve, place);
    tell();
    draw();
  };
  const at = (/** @type {PointerEvent} */ event) => {
    const box = pad.getBoundingClientRect();
    const [across, up] = [(event.clientX - box.left) / box.width, (box.bottom - event.clientY) / box.height];
    const inside = (/** @type {number} */ share) => Math.min(Math.max(share, 0), 1);
    return { i: Math.round(inside(across) * (PLACES - 1)), y: between(curve.y, curve.log.y, inside(up)) };
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    curve.last = null;
    to(at(event));
  });
  pad.addEventListener("pointermove", (event) => pad.hasPointerCapture(event.pointerId) && to(at(event)));
  pad.addEventListener("pointerup", done);
  pad.addEventListener("keydown", (event) => {
    const move = KEYS[event.key];
    if (!move) return;
    event.preventDefault();
    to(moved(curve, move));
  });
  pad.addEventListener("keyup", (event) => event.key in KEYS && done());
  tell();
}

/** @param {string} tag @param {Record<string, any>} attributes */
function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
