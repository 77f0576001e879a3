/** The sentence under the `rpn` page's picture: what this stage did, from its numbers. No DOM here. */

import { number, t } from "../../core/i18n.js";

/** @type {Record<string, string>} where the picture comes from */
export const ORIGINS = {
  shipped: t("Live, from shipped weights"),
  untrained: t("Live, untrained: random weights"),
  fetched: t("Live, from torchvision's weights"),
};

const count = (/** @type {number} */ value) => number(value, 0);

/** @param {import("./layers.js").Model} model @returns {string} */
export function sentenceOf({ output, map, values, result, here, chosen, labels, frame }) {
  const k = map.anchors_per_location;
  const total = output.anchors.length / 4;
  const product = output.maps.map((m) => `${m.width} × ${m.height} × ${m.anchors_per_location}`).join(" + ");
  const { transform } = frame.header;
  switch (values.stage) {
    case "photo":
      return t("The network sees this photo at {width} × {height} pixels, whatever its size was.", {
        width: transform.input_width,
        height: transform.input_height,
      });
    case "features":
      return t(
        "{channels} channels of {width} × {height}: channel {channel} is enlarged. Each number looks at a piece of the photo around its cell.",
        { channels: map.channels, width: map.width, height: map.height, channel: values.channel },
      );
    case "anchors":
      if (labels) {
        const tally = [0, 0, 0];
        for (const label of labels.labels) tally[label + 1] = (tally[label + 1] ?? 0) + 1;
        return t(
          "{positive} anchors are positive, {negative} negative, {neutral} neutral and train nothing.",
          { positive: count(tally[2] ?? 0), negative: count(tally[1] ?? 0), neutral: count(tally[0] ?? 0) },
        );
      }
      return t("{k} anchors stand on this place; everywhere: {product} = {total} anchors.", {
        k,
        product,
        total: count(total),
      });
    case "scores": {
      const best = Math.max(...here.map((a) => output.objectness[a] ?? 0));
      return t(
        "Row {row}, column {column}: the most likely of its {k} anchors is an object with probability {p}.",
        { row: values.row, column: values.column, k, p: number(best) },
      );
    }
    case "deltas":
      return chosen >= 0
        ? t("Its four deltas move the dashed anchor to the solid box.")
        : t("Each dashed anchor has four deltas that move it to its solid box. Choose one.");
    case "clipped": {
      const small = output.largeEnough.reduce((n, ok) => n + (ok ? 0 : 1), 0);
      return t(
        "Boxes are cut at the photo's border. {small} of {total} are then smaller than {size} px and are dropped.",
        { small: count(small), total: count(total), size: values.min_size },
      );
    }
    case "top":
      return t("The {n} boxes with the highest scores go on: piles of them on each object.", {
        n: count(result.entered),
      });
    case "nms":
      return t("NMS at IoU {threshold} keeps {kept} of {n} and suppresses {suppressed}.", {
        threshold: number(values.iou_threshold),
        kept: count(result.kept.length),
        n: count(result.entered),
        suppressed: count(result.suppressed.length),
      });
    default:
      return t("{count} proposals: places worth a second look, without saying what is there.", {
        count: count(result.proposals.length),
      });
  }
}
