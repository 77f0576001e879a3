/** The `batchnorm` lab on the home page: the loss of networks that were trained for it. */

import { number, t } from "../../core/i18n.js";
import { runThumbnail } from "../../parts/thumbnail.js";
import { thumbnailLayers } from "./layers.js";

export const thumbnail = runThumbnail({
  slug: "batchnorm",
  steps: 200,
  range: { x: [0, 1], y: [-0.12, 0.75] },
  draw: (frame) => ({
    layers: thumbnailLayers(frame),
    note: () =>
      t(
        "Training loss over {step} steps without BatchNorm (dashed) and with it in two places, trained for this picture",
        { step: number(frame.header.step, 0) },
      ),
  }),
  config: { seeds: 2 },
});
