/** The pattern book's third part: ridges, similarities, pictures in a plane. The numbers are made up. */

import { $ } from "../../core/dom.js";
import { drawn, t } from "../../core/i18n.js";
import { tilesOf } from "../../core/pixels.js";
import { ridges } from "../../views/ridges.js";
import { similarity } from "../../views/similarity.js";
import { tilemap } from "../../views/tilemap.js";
import { draws } from "./training.js";
import { VARIANTS } from "../../views/marks.js";

const SIDE = 8;
const PICTURES = 6;

export function showPictures() {
  showRidges();
  showSimilarity();
  showTilemap();
}

function showRidges() {
  const [columns, rows, bins, moments] = [2, 2, 40, 24];
  const middles = Array.from({ length: bins }, (_, b) => -6 + (12 * (b + 0.5)) / bins);
  const values = new Uint8Array(columns * rows * bins * moments);
  for (let i = 0; i < values.length; i++) {
    const moment = i % moments;
    const bin = Math.floor(i / moments) % bins;
    const column = Math.floor(i / (moments * bins * rows));
    const drift = column ? 0 : moment / 8;
    values[i] = Math.round(100 * Math.exp(-0.5 * ((middles[bin] ?? 0) - drift) ** 2));
  }
  const view = ridges($("[data-pattern=ridges]"), { height: () => 260 });
  drawn(() =>
    view.update({
      values,
      moments,
      bins: middles,
      curve: middles.map(Math.tanh),
      rows: ["1", "2"],
      chosen: 0,
      columns: [
        { name: t("drifting"), color: VARIANTS[1] },
        { name: t("held"), color: VARIANTS[0] },
      ],
      summary: t("On the left histograms drift to one side, on the right they stay."),
    }),
  );
}

/** Plain little pictures, a color each. @param {number} count */
function tiles(count) {
  const random = draws();
  const bytes = new Uint8Array(count * 3 * SIDE * SIDE);
  for (let picture = 0; picture < count * 3; picture++) {
    const [base, step] = [40 + 160 * random(), 8 * random()];
    for (let i = 0; i < SIDE * SIDE; i++) bytes[picture * SIDE * SIDE + i] = base + step * (i % SIDE);
  }
  return tilesOf(bytes, SIDE);
}

function showSimilarity() {
  const count = 2 * PICTURES;
  const random = draws(11);
  const values = new Float32Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++)
      values[i * count + j] = values[j * count + i] =
        i === j ? 1 : i % PICTURES === j % PICTURES ? 0.85 : 1.2 * random() - 0.8;
  }
  const views = tiles(PICTURES);
  /** @type {[number, number]} */
  let chosen = [0, PICTURES];
  const square = similarity($("[data-pattern=similarity]"), {
    onChoose: (row, column) => show([row, column]),
  });
  const show = (/** @type {[number, number]} */ next) => {
    chosen = next;
    square.update({
      values,
      tiles: [...views, ...views],
      chosen,
      summary: t("Similarities of {count} views; row {row}, column {column} is chosen.", {
        count,
        row: chosen[0] + 1,
        column: chosen[1] + 1,
      }),
    });
  };
  drawn(() => show(chosen));
}

function showTilemap() {
  const count = 30;
  const random = draws(5);
  const places = Float32Array.from({ length: 2 * count }, () => random() + random());
  const pictures = tiles(count);
  const map = tilemap($("[data-pattern=tilemap]"), {
    onChoose: (picture) => show(picture),
  });
  let last = 0;
  const show = (/** @type {number} */ chosen) => {
    last = chosen;
    map.update({
      places,
      tiles: pictures,
      chosen,
      neighbors: [(chosen + 1) % count, (chosen + 2) % count],
      summary: t("{count} pictures; number {chosen} is chosen.", { count, chosen: chosen + 1 }),
    });
  };
  drawn(() => show(last));
}
