/** The sentence under the `rpn` page's picture: what this stage did, from its numbers. No DOM here. */

import { number, sentences, t } from "../../core/i18n.js";
import { crossing } from "./math.js";

/** @typedef {import("./layers.js").Model} Model */

const count = (/** @type {number} */ value) => number(value, 0);

/** @param {Model} model @returns {string} */
export const sentenceOf = (model) => (SAID[model.values.stage] ?? sayProposals)(model);

/** @type {Record<string, (model: Model) => string>} what each stage says */
const SAID = {
  photo: sayPhoto,
  features: sayFeatures,
  anchors: (model) => (model.labels ? sayLabels(model.labels, model.output) : sayAnchors(model)),
  scores: sayScores,
  deltas: sayDeltas,
  clipped: sayClipped,
  top: sayTop,
  nms: sayNms,
};

/** @param {Model} model */
function sayPhoto({ frame }) {
  const { transform } = frame.header;
  return t("The network sees this photo at {width} × {height} pixels, whatever its size was.", {
    width: transform.input_width,
    height: transform.input_height,
  });
}

/** @param {Model} model */
function sayFeatures({ map, values }) {
  return t(
    "{channels} channels of {width} × {height}: channel {channel} is enlarged. Each number depends on a piece of the photo around its cell.",
    { channels: map.channels, width: map.width, height: map.height, channel: values.channel },
  );
}

/** @param {NonNullable<Model["labels"]>} labels @param {Model["output"]} output */
function sayLabels({ labels }, output) {
  const tally = [0, 0, 0];
  for (const label of labels) tally[label + 1] = (tally[label + 1] ?? 0) + 1;
  const [neutral = 0, negative = 0, positive = 0] = tally;
  return sentences([
    t("{positive} anchors are positive, {negative} negative, {neutral} neutral and train nothing.", {
      positive: count(positive),
      negative: count(negative),
      neutral: count(neutral),
    }),
    t("{count} cross the photo’s border; the paper leaves those out of training, here they take part.", {
      count: count(crossing(output)),
    }),
  ]);
}

/** @param {Model} model */
function sayAnchors({ output, map }) {
  return t("{k} anchors stand on this place; everywhere: {product} = {total} anchors.", {
    k: map.anchors_per_location,
    product: output.maps.map((m) => `${m.width} × ${m.height} × ${m.anchors_per_location}`).join(" + "),
    total: count(output.anchors.length / 4),
  });
}

/** @param {Model} model */
function sayScores({ output, map, values, here }) {
  const best = Math.max(...here.map((a) => output.objectness[a] ?? 0));
  return t(
    "Row {row}, column {column}: the highest-scored of its {k} anchors is an object with probability {p}.",
    {
      row: values.row,
      column: values.column,
      k: map.anchors_per_location,
      p: number(best),
    },
  );
}

/** @param {Model} model */
function sayDeltas({ chosen }) {
  return chosen >= 0
    ? t("Its four deltas move the dashed anchor to the solid box.")
    : t("Each dashed anchor has four deltas that move it to its solid box. Choose one.");
}

/** @param {Model} model */
function sayClipped({ output, values }) {
  const small = output.largeEnough.reduce((n, ok) => n + (ok ? 0 : 1), 0);
  return t(
    "Boxes are cut at the photo's border. {small} of {total} then have a side shorter than {size} px of the network’s input and are dropped.",
    { small: count(small), total: count(output.anchors.length / 4), size: values.min_size },
  );
}

/** @param {Model} model */
function sayTop({ result }) {
  return t("The {n} boxes with the highest scores go on; many of them lie on the same object.", {
    n: count(result.entered),
  });
}

/** @param {Model} model */
function sayNms({ values, result }) {
  return t("NMS at IoU {threshold} keeps {kept} of {n} and suppresses {suppressed}.", {
    threshold: number(values.iou_threshold),
    kept: count(result.kept.length),
    n: count(result.entered),
    suppressed: count(result.suppressed.length),
  });
}

/** @param {Model} model */
function sayProposals({ result }) {
  return t("{count} proposals: places where an object may be, without saying which object.", {
    count: count(result.proposals.length),
  });
}
