/** The pattern book: every view with canned data. */

import { $, token } from "../../core/dom.js";
import { drawn, t } from "../../core/i18n.js";
import { boxEditor } from "../../views/box_editor.js";
import { chart } from "../../views/chart.js";
import { MARKS, VARIANTS } from "../../views/marks.js";
import { picture } from "../../views/picture.js";
import { showPictures } from "./pictures.js";
import { showTraining } from "./training.js";

const low = { maxHeight: () => 340 };

const styles = Object.keys(MARKS).filter((name) => !["divider", "edge"].includes(name));
const boxes = styles.flatMap((_, i) => {
  const [x, y] = [20 + (i % 4) * 155, 34 + Math.floor(i / 4) * 88];
  return [x, y, x + 125, y + 56];
});
picture($("[data-pattern=picture]"), low).update({
  image: ground(640, 340),
  width: 640,
  height: 340,
  summary: styles.join(", "),
  layers: styles.map((style, i) => ({ boxes, indices: [i], style, label: () => style })),
});

const [rows, columns] = [9, 16];
const wave = Float32Array.from(
  { length: rows * columns },
  (_, i) => 0.5 + 0.5 * Math.sin((i % columns) / 2.4) * Math.cos(Math.floor(i / columns) / 1.7),
);
const heat = picture($("[data-pattern=heat]"), low);
drawn(() =>
  heat.update({
    image: ground(640, 360),
    width: 640,
    height: 360,
    layers: [],
    summary: t("A heat map"),
    heat: { values: wave, rows, columns },
    grid: { rows, columns },
    cell: [160, 120, 200, 160],
  }),
);

const empty = picture($("[data-pattern=empty]"), { maxHeight: () => 120 });
drawn(() => empty.update({ image: null, width: 640, height: 120, layers: [], summary: t("Nothing") }));

/** @type {number[]} */
const own = [80, 60, 260, 200, 330, 90, 520, 250];
let selected = 0;
const editable = picture($("[data-pattern=editor]"), low);
editable.element.tabIndex = 0;
const paint = () =>
  editable.update({
    image: ground(640, 320),
    width: 640,
    height: 320,
    summary: t("Boxes: {count}", { count: own.length / 4 }),
    layers: [
      { boxes: own, indices: own.map((_, i) => i).slice(0, own.length / 4), style: "kept" },
      { boxes: own, indices: selected >= 0 ? [selected] : [], style: "chosen" },
    ],
  });
boxEditor(editable, {
  boxes: () => own,
  size: () => [640, 320],
  selected: () => selected,
  enabled: () => true,
  onSelect: (index) => {
    selected = index;
    paint();
  },
  onEdit: ({ index, box, done }) => {
    if (index < 0 && !done) return;
    if (!box) own.splice(index * 4, 4);
    else if (index < 0) own.push(...box);
    else own.splice(index * 4, 4, ...box);
    if (index < 0 || !box) selected = box ? own.length / 4 - 1 : -1;
    paint();
  },
});
drawn(paint);

const xs = Array.from({ length: 101 }, (_, i) => i / 100);
const lines = chart($("[data-pattern=chart]"), () => ({
  x: "x",
  y: "y",
  lines: [
    { name: "exp(−3x)", color: "--accent", digits: 2 },
    { name: "x²", color: VARIANTS[1], dash: [8, 4], digits: 2 },
  ],
}));
const curves = [xs, xs.map((x) => Math.exp(-3 * x)), xs.map((x) => x * x)];
drawn(() => lines.update({ columns: curves, marker: 0.35, summary: t("Two lines and a marker.") }));

showTraining();
showPictures();
document.documentElement.dataset.ready = "";

/** A plain dark ground. @param {number} width @param {number} height */
function ground(width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = token("--plain-dots");
  context.fillRect(0, 0, width, height);
  return canvas;
}
