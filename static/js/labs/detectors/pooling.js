/** RoI pooling: one region as a crop of the photo, by RoIPool and by RoIAlign, on the real feature map. */

import { post } from "../../core/api.js";
import { $, all, oncePerFrame } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { boxAt, clipBox } from "../../math/geometry.js";
import { boxEditor } from "../../views/box_editor.js";
import { viewLife } from "../../views/life.js";
import { picture } from "../../views/picture.js";
import { roomFor } from "../../views/room.js";
import { centerForm, followedOf } from "./chain.js";
import { failed, state } from "./page.js";
import { nameOfValues, paintNumbers, sayBin, wireBins } from "./pooled_numbers.js";
import { binOf, binsOfAlign, binsOfPool, regionOfPool, samplesOfAlign, spanOf } from "./region.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./region.js").Pooled} Pooled */
/** @typedef {[number, number, number, number]} Box */

const CROP = 224; // pixels that R-CNN's network takes
const UNIT = 16; // pixels of the pictures of the map for each of its cells
const MOST = 240; // CSS pixels of a picture
const LEAST = 120;
const BETWEEN = 24; // CSS pixels above, between and below the two rows of pictures
/** @type {("pool" | "align")[]} */
const KINDS = ["pool", "align"];

/** The box that is pooled: the address's, or the proposal of the followed detection. @param {Model} model */
export function regionOf(model) {
  const { width, height } = model.photo;
  const told = String(model.values.region).split(",").map(Number);
  if (told.length === 4 && told.every(Number.isFinite)) {
    const [x1, y1, x2, y2] = clipBox(told, width, height);
    if (x2 - x1 >= 1 && y2 - y1 >= 1) return /** @type {Box} */ ([x1, y1, x2, y2]);
  }
  const found = followedOf(model);
  if (found?.road === "two") return boxAt(model.output.proposals, found.row);
  return found?.box ?? /** @type {Box} */ ([width / 4, height / 4, (3 * width) / 4, (3 * height) / 4]);
}

/** @param {() => {image_id: string, asked: Record<string, any>} | null} query */
export function poolingView(query) {
  const root = $("[data-view-of=pooling]");
  /** @type {{model: Model | null, pooled: Pooled | null}} */
  const now = { model: null, pooled: null };
  const pictures = picturesOf(root, () => now.model);
  const paint = () => {
    if (!now.model) return;
    pictures.paint(now.model, now.pooled);
    if (now.pooled) $("[data-said]").textContent = sayPooling(now.pooled);
  };
  const ask = newest({
    ask: (/** @type {Record<string, any>} */ of, signal) => post("/api/detectors/pool", of, signal),
    show: (/** @type {Pooled} */ answer) => {
      now.pooled = answer;
      paint();
    },
    fail: failed,
    follow: true,
  });
  wireChannels(root, () => now.pooled);
  wireBins(root, () => now.pooled);
  const again = oncePerFrame(() => void (now.model && pictures.paint(now.model, now.pooled)));
  viewLife().onResize(root, again);

  return {
    /** @param {Model} model */
    draw(model) {
      if (model.output.anchors !== now.model?.output.anchors) now.pooled = null; // another answer
      now.model = model;
      const wanted = query();
      const { bins, channel } = model.values;
      if (wanted) {
        const { image_id, asked } = wanted;
        ask.want({ image_id, ...asked, box: regionOf(model), bins, channel });
      }
      paint();
    },
    say: () => (now.pooled ? sayPooling(now.pooled) : ""),
    /** Its answer is not written under another view. */
    leave: ask.drop,
  };
}

/**
 * Buttons for the channel before, the next one, the strongest.
 * @param {HTMLElement} root
 * @param {() => Pooled | null} pooled
 */
function wireChannels(root, pooled) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-channel-by]")))
    button.addEventListener("click", () => {
      const now = pooled();
      const by = Number(button.dataset.channelBy);
      const [channels = 1] = now?.feature_map ?? [];
      if (now) state.set({ channel: by ? (now.channel + by + channels) % channels : -1 });
    });
}

/**
 * Photo, crop, and the map with both poolings.
 * @param {HTMLElement} root
 * @param {() => Model | null} model
 */
function picturesOf(root, model) {
  const block = $(".pooled", root);
  const [ofPhoto, ofCrop, ofPool, ofAlign] = all("figcaption", block).map(
    (caption) => () => caption.offsetHeight,
  );
  /** Two rows of pictures share the height that the captions leave of the view. */
  function high() {
    const upper = Math.max(ofPhoto?.() ?? 0, ofPool?.() ?? 0);
    const lower = Math.max(ofCrop?.() ?? 0, ofAlign?.() ?? 0);
    const room = roomFor(block, { least: 0, share: 0.6 }) - upper - lower - BETWEEN;
    return Math.min(MOST, Math.max(LEAST, Math.floor(room / 2)));
  }
  const canvas = (/** @type {string} */ name) => /** @type {HTMLCanvasElement} */ ($(name, root));
  const photo = picture($("[data-pool-photo]", root), { maxHeight: high });
  photo.element.tabIndex = 0;
  const maps = Object.fromEntries(
    KINDS.map((name) => [name, picture($(`[data-pool-map=${name}]`, root), { maxHeight: high })]),
  );
  boxEditor(photo, {
    enabled: () => model() !== null,
    boxes: () => regionOf(/** @type {Model} */ (model())),
    size: () => [model()?.photo.width ?? 1, model()?.photo.height ?? 1],
    selected: () => 0,
    onSelect: () => {},
    onEdit: ({ box }) => box && state.set({ region: box.map((v) => Math.round(10 * v) / 10).join(",") }),
  });

  /** @param {Model} of @param {Pooled | null} pooled */
  function paint(of, pooled) {
    const { image, width, height } = of.photo;
    const region = regionOf(of);
    const layers = [{ boxes: region, indices: [0], style: "region" }];
    photo.update({ image, width, height, layers, summary: t("The photo with the region") });
    $("[data-four]", root).textContent = sayFour(region);
    const side = high();
    paintCrop(canvas("[data-crop]"), of, region, side);
    if (!pooled) return wait();
    const bin = binOf(pooled, Number(of.values.bin));
    for (const name of KINDS) {
      maps[name]?.update(sceneOf(pooled, name, bin));
      paintNumbers(canvas(`[data-pool-values=${name}]`), pooled, name, bin);
    }
    $("[data-bin-said]", root).textContent = sayBin(bin);
    $("[data-channel-name]", root).textContent = t("Channel {channel} of {count}", {
      channel: pooled.channel,
      count: pooled.feature_map[0] ?? 0,
    });
  }
  /** No answer yet: what will be there has its name. */
  function wait() {
    for (const name of KINDS) {
      maps[name]?.update({ image: null, width: 1, height: 1, layers: [], summary: nameOfMap(name) });
      canvas(`[data-pool-values=${name}]`).setAttribute("aria-label", nameOfValues(name));
    }
    $("[data-bin-said]", root).textContent = "";
  }
  return { paint };
}

/** A box as its corners, and as its center with width and height. @param {Box} box */
function sayFour(box) {
  const [x, y, w, h] = centerForm(box).map((v) => number(v, 0));
  const corners = box.map((v) => number(v, 0)).join(t(", "));
  return t("corners {corners}; center {center}, size {size}", {
    corners,
    center: [x, y].join(t(", ")),
    size: `${w} × ${h}`,
  });
}

/**
 * What R-CNN's network sees: the photo in the box, stretched to a square.
 * @param {HTMLCanvasElement} canvas
 * @param {Model} model
 * @param {Box} region
 * @param {number} side CSS pixels on the page
 */
function paintCrop(canvas, { photo }, [x1, y1, x2, y2], side) {
  canvas.width = canvas.height = CROP;
  canvas.style.width = `${side}px`; // as high as it is wide
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(photo.image, x1, y1, x2 - x1, y2 - y1, 0, 0, CROP, CROP);
}

/**
 * @param {Pooled} pooled
 * @param {"pool" | "align"} name
 * @param {import("./region.js").Bin} bin
 * @returns {import("../../views/picture.js").Scene}
 */
function sceneOf(pooled, name, bin) {
  const rows = pooled.values.length;
  const columns = pooled.values[0]?.length ?? 1;
  const most = Math.max(...pooled.values.flat(), 1e-6);
  const scaled = (/** @type {number[][]} */ boxes) => boxes.flat().map((v) => v * UNIT);
  const each = (/** @type {number[]} */ boxes) => Array.from({ length: boxes.length / 4 }, (_, i) => i);
  const bins = scaled(name === "pool" ? binsOfPool(pooled) : binsOfAlign(pooled));
  const asked = scaled([pooled.region]);
  const layers = [
    { boxes: bins, indices: each(bins), style: "candidate" },
    { boxes: asked, indices: [0], style: "region" },
  ];
  if (name === "pool")
    layers.push({ boxes: scaled([regionOfPool(pooled)]), indices: [0], style: "misplaced" });
  else {
    const samples = scaled(samplesOfAlign(pooled));
    layers.push({ boxes: samples, indices: each(samples), style: "sample" });
  }
  layers.push({ boxes: bins, indices: [bin.index], style: "chosen" });
  return {
    image: null,
    width: columns * UNIT,
    height: rows * UNIT,
    layers,
    heat: { values: pooled.values.flat().map((v) => v / most), rows, columns, alpha: 1 },
    grid: { rows, columns },
    summary: nameOfMap(name),
  };
}

const nameOfMap = (/** @type {"pool" | "align"} */ name) =>
  name === "pool" ? t("RoIPool on the feature map") : t("RoIAlign on the feature map");

/** @param {Pooled} pooled */
function sayPooling(pooled) {
  const { moved, cell } = spanOf(pooled);
  return t(
    "RoIPool rounds to whole cells of {cell} px: here it moves the left edge by {left} px and the top edge by {top} px of the photo. RoIAlign rounds nothing. Both pool features, not pixels; what moves the box afterwards is the regression branch.",
    { cell: number(cell, 0), left: number(moved[0], 1), top: number(moved[1], 1) },
  );
}
