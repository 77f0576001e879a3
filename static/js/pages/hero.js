/**
 * The home page's live picture: the networks of `fitting` learn the points again wherever one is dragged.
 * And the way of a photo from here to the proposal network.
 */

import { ApiError, postForFrame } from "../core/api.js";
import { $ } from "../core/dom.js";
import { number, onLanguage, t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { rememberPhoto, uploadPhoto } from "../core/photo.js";
import { at } from "../core/place.js";
import { tell } from "../core/said.js";
import { fitLayers } from "../labs/fitting/layers.js";
import { encodeRows, TRAIN } from "../math/points.js";
import { plot } from "../views/plot.js";
import { uploader } from "../views/uploader.js";

/** @typedef {import("../../types/frames.js").FittingFrame} Fit */

const ADDRESS = "/api/labs/fitting/run";
const FIRST = { config: {}, steps: 500 }; // what the lab's thumbnail asks for, too: it is trained once
// After a drag: few networks and steps, so that the answer is there while one still looks.
const QUICK = { config: { data: "own", replicas: 8, width: 32 }, steps: 200 };

/** The picture, and what it has learned. */
class Hero {
  constructor() {
    /** @type {Fit | null} */
    this.shown = null;
    this.selected = -1;
    this.points = ""; // the visitor's own, or ""
    this.view = plot($("[data-hero-plot]"), {
      x: [-1.08, 1.08],
      y: [-1.75, 1.75],
      square: false,
      aspect: 1.75,
      maxHeight: () => Math.round(Math.max(220, Math.min(innerHeight * 0.55, 460))),
      onSelect: (index) => {
        this.selected = index;
        this.draw();
      },
      onDrag: (index, x, y) => this.drag(index, x, y),
    });
    this.fits = newest({
      ask: (/** @type {{config: Record<string, any>, steps: number}} */ asked, signal) =>
        postForFrame(ADDRESS, asked, signal),
      show: (frame) => this.show(/** @type {any} */ (frame)),
      fail: (error) => say(() => (error instanceof Error ? error.message : "")),
      follow: true, // points that are dragged
    });
    onLanguage(() => this.draw());
  }

  /** @param {AbortSignal} signal */
  async start(signal) {
    const frame = await postForFrame(ADDRESS, FIRST, signal);
    if (!this.points) this.show(/** @type {any} */ (frame));
  }

  /** @param {Fit} frame */
  show(frame) {
    if (this.shown && this.points) frame = underHand(frame, this.shown);
    this.shown = frame;
    this.draw();
  }

  /** @param {number} index @param {number} x @param {number} y */
  drag(index, x, y) {
    if (!this.shown) return;
    const { arrays } = this.shown;
    const k = trainingOf(this.shown)[index] ?? 0;
    [arrays.x[k], arrays.y[k]] = [x, y]; // at once under the finger; the networks follow
    this.points = encodeRows(
      Array.from(arrays.x, (a, i) => ({ a, b: arrays.y[i] ?? 0, label: 0, role: arrays.role[i] ?? 0 })),
    );
    const query = new URLSearchParams({ data: "own", points: this.points });
    $("[data-hero-link]").setAttribute("href", at(`/labs/fitting?${query}`));
    this.fits.want({ ...QUICK, config: { ...QUICK.config, points: this.points } });
    this.draw();
  }

  draw() {
    if (!this.shown) return;
    const { header, shapes } = this.shown;
    const values = {
      count: number(shapes.curves?.[0] ?? 0, 0),
      step: number(header.step, 0),
    };
    const words = this.points
      ? t("{count} networks, trained on your points for {step} steps", values)
      : t("{count} networks after {step} steps: drag a point, and they learn again", values);
    say(() => words);
    this.view.update({
      layers: fitLayers(ofTraining(this.shown), { singles: true, selected: this.selected, drawing: false }),
      summary: words,
    });
  }
}

/** Which of the points are learned from. @param {Fit} frame */
const trainingOf = ({ arrays: { role } }) =>
  Array.from(role, (r, i) => (r === TRAIN ? i : -1)).filter((i) => i >= 0);

/** The same without the points that only test. @param {Fit} frame @returns {Fit} */
function ofTraining(frame) {
  const { x, y, role } = frame.arrays;
  const mine = trainingOf(frame);
  const [xs, ys] = [x, y].map((values) => Float32Array.from(mine, (i) => values[i] ?? 0));
  return {
    ...frame,
    arrays: { ...frame.arrays, x: xs ?? x, y: ys ?? y, role: role.filter((r) => r === TRAIN) },
  };
}

/** @param {() => string} words */
const say = (words) => tell($("[data-hero-said]"), words);

/**
 * The answer's curves with the points where they are by now: the finger goes on while networks learn.
 * @param {Fit} frame
 * @param {Fit} shown
 * @returns {Fit}
 */
function underHand(frame, { arrays: { x, y, role } }) {
  return x.length === frame.arrays.x.length ? { ...frame, arrays: { ...frame.arrays, x, y, role } } : frame;
}

/** @type {Hero | null} */
let live = null;

/** @param {AbortSignal} signal */
export async function hero(signal) {
  if (!live) wirePhoto();
  live ??= new Hero();
  try {
    await live.start(signal);
  } catch (error) {
    if (!signal.aborted) say(() => (error instanceof Error ? error.message : ""));
  }
}

/** A photo that is dropped, pasted or chosen here is opened in `rpn`. */
function wirePhoto() {
  const warning = $("[data-hero-warning]");
  const visit = new AbortController();
  addEventListener("pagehide", () => visit.abort());
  /** @param {Blob} file */
  async function onFile(file) {
    warning.textContent = "";
    try {
      rememberPhoto(await uploadPhoto(file, (share) => view.progress(share), visit.signal));
      location.href = at("/labs/rpn?stage=proposals");
    } catch (error) {
      if (visit.signal.aborted) return;
      view.progress(null);
      if (!(error instanceof ApiError)) throw error;
      tell(warning, () => error.message);
    }
  }
  const root = $("[data-hero]");
  const view = uploader(root, { drop: root, onFile, onSample: () => {} });
}
