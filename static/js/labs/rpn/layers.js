/** What lies on the photo at each stage of the `rpn` page. */

import { h } from "../../core/dom.js";
import { boxAt } from "../../math/geometry.js";
import { number, t } from "../../core/i18n.js";
import { decoded, NEGATIVE, NEUTRAL, POSITIVE } from "./math.js";

/**
 * @typedef {object} Model all that the page knows when it draws
 * @property {import("./math.js").Output} output
 * @property {import("./math.js").MapInfo} map
 * @property {Record<string, any>} values
 * @property {ReturnType<typeof import("./math.js").outcome>} result
 * @property {number[]} here anchors of the chosen place
 * @property {number} chosen one of them, or -1
 * @property {{labels: Int8Array, best: Float32Array} | null} labels
 * @property {number[]} truths
 * @property {number} selected
 * @property {number} slide
 * @property {any} frame
 */
/** @typedef {import("../../views/picture.js").Layer} Layer */

const LABEL_STYLES = /** @type {[number, string][]} */ ([
  [NEGATIVE, "negative"],
  [NEUTRAL, "neutral"],
  [POSITIVE, "positive"],
]);
const LETTERS = /** @type {Record<number, string>} */ ({ [POSITIVE]: "P", [NEGATIVE]: "N", [NEUTRAL]: "–" });
const SHOWN_LABELED = 300;

/** @param {Model} model @returns {Layer[]} */
export function layersOf(model) {
  return [...stageLayers(model), ...layersOfTruth(model)];
}

/**
 * Ground truth is what the network does not see: it lies on the photo only when asked for.
 * @param {Pick<Model, "truths" | "selected" | "values">} model
 * @returns {Layer[]}
 */
export function layersOfTruth({ truths, selected, values }) {
  if (values.tool !== "truth") return [];
  /** @type {Layer[]} */
  const layers = [
    { boxes: truths, indices: truths.map((_, i) => i).slice(0, truths.length / 4), style: "truth" },
  ];
  if (selected >= 0) layers.push({ boxes: truths, indices: [selected], style: "chosen" });
  return layers;
}

/** @param {Model} model @returns {Layer[]} */
function stageLayers(model) {
  const { output, values, here, chosen, labels } = model;
  const chosenLayer = { boxes: output.anchors, indices: chosen >= 0 ? [chosen] : [], style: "anchor" };
  switch (values.stage) {
    case "anchors":
      return labels
        ? labeled(model)
        : [{ boxes: output.anchors, indices: here, style: "anchor", label: (i) => shapeName(model, i) }];
    case "scores":
      return [{ ...chosenLayer, label: (i) => `p = ${number(output.objectness[i] ?? 0)}` }];
    case "deltas":
    case "clipped": {
      const clip = values.stage === "clipped";
      const indices = chosen >= 0 ? [chosen] : here;
      const boxes = moved(model, indices, clip);
      const style = clip && chosen >= 0 && !output.largeEnough[chosen] ? "suppressed" : "decoded";
      return [
        { boxes: output.anchors, indices, style: "anchor" },
        {
          boxes,
          indices: indices.map((_, i) => i),
          style,
          label: (i) =>
            indices.length === 1 || indices.length > 12 ? "" : String(here.indexOf(indices[i] ?? -1) + 1),
        },
      ];
    }
    default:
      return rankedLayers(model);
  }
}

const NAMED = 8; // proposals with their rank and score

/**
 * The stages that show hundreds of boxes, ranked by score.
 * @param {Model} model
 * @returns {Layer[]}
 */
function rankedLayers({ output, values, result }) {
  const strength = (/** @type {number} */ i) => output.scores[i] ?? 0;
  /** @param {number[]} indices @param {string} style @returns {Layer} */
  const layer = (indices, style) => ({ boxes: output.boxes, indices, style, strength });
  if (values.stage === "top") return [layer(upTo(result.entered), "candidate")];
  if (values.stage === "nms") return [layer(result.suppressed, "suppressed"), layer(result.kept, "kept")];
  if (values.stage !== "proposals") return [];
  const { proposals } = result;
  return [
    layer(proposals.slice(NAMED), "kept"),
    {
      ...layer(proposals.slice(0, NAMED), "kept"),
      strength: () => 1,
      label: (i) => `${proposals.indexOf(i) + 1}: ${number(output.scores[i] ?? 0)}`,
    },
  ];
}

/**
 * While ground truth is drawn: what the stage shows, paler than what is being drawn.
 * @param {Model} model
 * @returns {Layer[]}
 */
export const layersUnder = (model) => [
  ...stageLayers(model).map(({ label: _, ...layer }) => ({ ...layer, pale: true })),
  ...layersOfTruth(model),
];

/**
 * Anchors by label: every positive one of the photo, and all of the chosen place.
 * @param {Model} model
 * @returns {Layer[]}
 */
function labeled({ output, here, labels }) {
  if (!labels) return [];
  const local = new Set(here);
  return LABEL_STYLES.map(([label, style]) => {
    const mine = here.filter((i) => labels.labels[i] === label);
    const others =
      label === POSITIVE
        ? [...labels.labels.keys()].filter((i) => labels.labels[i] === POSITIVE).slice(0, SHOWN_LABELED)
        : [];
    return {
      boxes: output.anchors,
      indices: [...new Set([...others, ...mine])],
      style,
      label: (i) => (local.has(i) ? `${LETTERS[label]} ${number(labels.best[i] ?? 0)}` : ""),
    };
  });
}

/**
 * Boxes on their way from anchor to decoded.
 * @param {Model} model
 * @param {number[]} indices
 * @param {boolean} clip
 */
function moved({ output, slide }, indices, clip) {
  const boxes = new Float32Array(indices.length * 4);
  indices.forEach((anchor, i) => {
    const from = boxAt(output.anchors, anchor);
    const work = decoded(output, anchor);
    const to = clip ? work.clipped : work.box;
    boxes.set(
      from.map((v, j) => v + ((to[j] ?? 0) - v) * (clip ? 1 : slide)),
      i * 4,
    );
  });
  return boxes;
}

const upTo = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i);

/**
 * "64 px, 1:2" by the paper; width × height for torchvision's anchors.
 * @param {Model} model
 * @param {number} anchor
 */
export function shapeName({ output, here, frame }, anchor) {
  const [x1, y1, x2, y2] = boxAt(output.anchors, anchor);
  const shape = here.indexOf(anchor);
  if (!output.spec) {
    const { scale_x, scale_y } = frame.header.transform;
    return `${number((x2 - x1) * scale_x, 0)} × ${number((y2 - y1) * scale_y, 0)}`;
  }
  const { scales, ratios } = output.spec;
  const ratio = ratios[Math.floor(shape / scales.length)] ?? 1;
  const words = ratio >= 1 ? `1:${number(ratio, 0)}` : `${number(1 / ratio, 0)}:1`;
  return `${scales[shape % scales.length]} px, ${words}`;
}

/**
 * @param {HTMLElement} root
 * @param {string} stage
 * @param {boolean} taught whether there is ground truth
 * @param {boolean} heat whether some boxes show as heat
 */
export function legendOf(root, stage, taught, heat) {
  const keys =
    /** @type {Record<string, [string, string][]>} */ ({
      anchors: taught
        ? [
            ["positive", t("P positive")],
            ["negative", t("N negative")],
            ["neutral", t("– neutral")],
          ]
        : [["anchor", t("anchor: size, width to height")]],
      deltas: [
        ["anchor", t("anchor")],
        ["kept", t("box after the deltas")],
      ],
      clipped: [
        ["anchor", t("anchor")],
        ["kept", t("box inside the photo")],
      ],
      top: [["candidate", t("box into NMS")]],
      nms: [
        ["kept", t("kept")],
        ["suppressed", t("suppressed")],
      ],
      proposals: [["kept", t("kept; the eight best with their rank and score")]],
    })[stage] ?? [];
  const truth = /** @type {[string, string][]} */ (taught ? [["truth", t("ground truth")]] : []);
  const hot = /** @type {[string, string][]} */ (
    heat
      ? [
          [
            `heat ${stage === "top" ? "candidate" : ""}`,
            t("where the other boxes lie (stronger: more of them)"),
          ],
        ]
      : []
  );
  root.replaceChildren(
    ...[...keys, ...hot, ...truth].map(([style, text]) => h("span", { class: `key ${style}` }, text)),
  );
}
