/** The `regularization` lab on the home page: paths of weights that were trained for it. */

import { number, t } from "../../core/i18n.js";
import { runThumbnail } from "../../parts/thumbnail.js";
import { pathLayers } from "./layers.js";

export const thumbnail = runThumbnail({
  slug: "regularization",
  steps: 200,
  range: { x: [-2, 2.9], y: [-1.25, 1] },
  draw: (frame) => ({
    layers: pathLayers(frame),
    note: () =>
      t("{count} weights over 40 values of λ after {step} steps, trained for this picture", {
        count: frame.shapes.paths[1],
        step: number(frame.header.step, 0),
      }),
  }),
});
