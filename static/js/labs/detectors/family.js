/** The family: R-CNN, Fast, Faster and Mask R-CNN on the same proposals of one picture. */

import { postForFrame } from "../../core/api.js";
import { $, h, token } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { frameOf, picture } from "../../views/picture.js";
import { INSTANCES } from "../../views/marks.js";
import { roomFor } from "../../views/room.js";
import { networkTitle } from "./installed.js";
import { failed } from "./page.js";
import { computedOn } from "./words.js";

/** @typedef {import("./page.js").Model} Model */
/**
 * @typedef {object} Family the server's answer
 * @property {number[][]} boxes
 * @property {string[]} names
 * @property {number[]} scores
 * @property {number[][]} found boxes that have a mask
 * @property {string} masked_by "ours", or the installed network that made the masks
 * @property {"rpn" | "selective"} external whose boxes R-CNN and Fast R-CNN have
 * @property {number | null} proposing milliseconds of selective search
 * @property {Record<string, number>} milliseconds
 * @property {string} device
 */
/**
 * @typedef {object} Kin a member of the family
 * @property {string} id
 * @property {string} name
 * @property {number} year
 * @property {string} once what is computed once
 * @property {string} each what is computed for each box
 * @property {string} passes
 * @property {string} paper its published time
 */

const REST = 500; // milliseconds that a control rests before the network is run anew
const NAMED = 6; // crops whose names are written on the picture, the best ones

/** @param {() => {image_id: string, asked: Record<string, any>} | null} query */
export function familyView(query) {
  const root = $("[data-view-of=family]");
  /** @type {{family: Family | null, mask: Uint8Array | null, of: string}} */
  const now = { family: null, mask: null, of: "" }; // `of`: what was asked
  /** @type {Model | null} */
  let model = null;
  const figure = $("[data-family-picture]", root);
  const view = picture(figure, { maxHeight: () => roomFor(frameOf(figure), { least: 140, share: 0.4 }) });
  const ask = newest({
    ask: (/** @type {NonNullable<ReturnType<typeof query>>} */ { image_id, asked }, signal) =>
      postForFrame("/api/detectors/family", { image_id, ...asked }, signal),
    show: ({ header, arrays }) => {
      Object.assign(now, { family: header, mask: arrays.mask });
      paint();
    },
    fail: failed,
  });

  function paint() {
    if (!model) return;
    const { image, width, height } = model.photo;
    const { family, mask } = now;
    const layers = family ? layersOf(family) : [];
    const ground = family && mask ? masked(image, width, height, mask) : image;
    view.update({ image: ground, width, height, layers, summary: sayFamily(family) });
    showTable($("[data-family]", root), family);
    const names = $("[data-crop-names]", root);
    names.hidden = !family;
    names.textContent = family ? listNames(family) : "";
    $("[data-said]").textContent = sayFamily(family);
  }

  return {
    /** @param {Model} next */
    draw(next) {
      const wanted = query();
      const of = JSON.stringify(wanted);
      if (of !== now.of) Object.assign(now, { family: null, mask: null, of });
      model = next;
      if (wanted && !now.family) ask.want(wanted, REST);
      paint();
    },
    say: () => sayFamily(now.family),
    /** Nobody looks at it any more: what is under way ends. */
    leave: ask.drop,
  };
}

/** Every crop by its number, with what ImageNet's network calls it. @param {Family} family */
export const listNames = ({ names, scores }) =>
  names.map((name, i) => `${i + 1} ${name} ${number(scores[i] ?? 0)}`).join(" · ");

/** @param {Family} family @returns {import("../../views/picture.js").Layer[]} */
function layersOf({ boxes, names, scores }) {
  return [
    {
      boxes: boxes.flat(),
      indices: [...boxes.keys()],
      style: "candidate",
      label: (i) => (i < NAMED ? `${i + 1} ${names[i]} ${number(scores[i] ?? 0)}` : `${i + 1}`),
    },
  ];
}

/** @type {WeakMap<Uint8Array, OffscreenCanvas>} pictures that are made once */
const made = new WeakMap();

/**
 * The picture with its masks, each in a color of its own.
 * @param {CanvasImageSource} image
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} mask
 */
function masked(image, width, height, mask) {
  const known = made.get(mask);
  if (known) return known;
  const canvas = new OffscreenCanvas(width, height);
  made.set(mask, canvas);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(image, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  const colors = INSTANCES.map((name) =>
    (token(name).match(/[\da-f]{2}/gi) ?? []).map((two) => parseInt(two, 16)),
  );
  mask.forEach((covered, i) => {
    if (!covered) return;
    const color = colors[(covered - 1) % colors.length] ?? [0, 0, 0];
    color.forEach((value, k) => (pixels.data[4 * i + k] = ((pixels.data[4 * i + k] ?? 0) + value) / 2));
  });
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** @param {Family | null} family @returns {Kin[]} */
function kinOf(family) {
  const elsewhere = family?.external === "selective" ? t("selective search") : t("proposals from elsewhere");
  const backbone = t("{first}; {second}", { first: elsewhere, second: t("backbone") });
  return [
    {
      id: "rcnn",
      name: "R-CNN",
      year: 2014,
      once: elsewhere,
      each: t("crop, whole network"),
      passes: number(family?.boxes.length ?? 0, 0),
      paper: t("{value} s", { value: "47" }),
    },
    {
      id: "fast",
      name: "Fast R-CNN",
      year: 2015,
      once: backbone,
      each: t("RoI pooling, FC layers"),
      passes: "1",
      paper: t("{value} s", { value: "2.3" }),
    },
    {
      id: "faster",
      name: "Faster R-CNN",
      year: 2015,
      once: t("backbone; RPN proposes"),
      each: t("RoI pooling, FC layers"),
      passes: "1",
      paper: t("{value} s", { value: "0.2" }),
    },
    {
      id: "mask",
      name: "Mask R-CNN",
      year: 2017,
      once: t("backbone; RPN proposes"),
      each: t("RoIAlign, FC layers, mask"),
      passes: "1",
      paper: t("{value} s", { value: "0.2" }),
    },
  ];
}

/**
 * Milliseconds of a member here: with those of its proposals before them where they come from elsewhere.
 * @param {string} id
 * @param {Family | null} family
 */
export function timeOf(id, family) {
  const ms = family?.milliseconds[id];
  if (!family || ms === undefined) return "–";
  const own = number(ms, 0);
  const outside = (id === "rcnn" || id === "fast") && family.proposing !== null;
  return outside
    ? t("{before} + {own} ms", { before: number(family.proposing ?? 0, 0), own })
    : t("{value} ms", { value: own });
}

/** @param {HTMLElement} root @param {Family | null} family */
function showTable(root, family) {
  const heads = [t("once"), t("for each box"), t("passes"), t("here"), t("paper")];
  const rows = kinOf(family).map(({ id, name, year, once, each, passes, paper }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, `${name}, ${year}`),
      ...[once, each, passes, timeOf(id, family), paper].map((text) => h("td", {}, text)),
    ),
  );
  root.replaceChildren(
    h("thead", {}, h("tr", {}, h("td"), ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, ...rows),
  );
}

/** @param {Family | null} family */
export function sayFamily(family) {
  if (!family) return t("R-CNN runs its network on each crop …");
  const { boxes, milliseconds: ms, proposing } = family;
  const factor = (ms.rcnn ?? 0) / (ms.fast ?? 1);
  return sentences([
    t(
      "{count} passes through the network for {count} crops take {rcnn} ms; one pass and {count} poolings take {fast} ms. R-CNN takes {factor} times as long.",
      {
        count: boxes.length,
        rcnn: number(ms.rcnn ?? 0, 0),
        fast: number(ms.fast ?? 0, 0),
        factor: number(factor, 1),
      },
    ),
    proposing === null
      ? t("The RPN adds {rpn} ms and replaces proposals from elsewhere.", {
          rpn: number((ms.faster ?? 0) - (ms.fast ?? 0), 0),
        })
      : t(
          "Selective search takes {before} ms before them; with the RPN all of Faster R-CNN takes {faster} ms.",
          {
            before: number(proposing, 0),
            faster: number(ms.faster ?? 0, 0),
          },
        ),
    sayMasks(family),
    computedOn(family),
  ]);
}

/** Whose masks there are. @param {Family} family */
function sayMasks({ found, masked_by }) {
  if (masked_by !== "ours")
    return t(
      "{name} masks {count} objects; it has a trunk of its own, so its time is not to be compared with the others.",
      { name: networkTitle("two"), count: found.length },
    );
  return found.length
    ? t("The mask branch colors the pixels of {count} objects.", { count: found.length })
    : t("Our masks are of drawn scenes only; Mask R-CNN can be installed for photos.");
}
