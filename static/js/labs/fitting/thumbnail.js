/** The `fitting` lab on the home page: the curves of networks that were trained for it. */

import { number, t } from "../../core/i18n.js";
import { runThumbnail } from "../../parts/thumbnail.js";
import { fitLayers } from "./layers.js";

export const thumbnail = runThumbnail({
  slug: "fitting",
  steps: 500,
  range: { x: [-1.05, 1.05], y: [-1.7, 1.7] },
  draw: (frame) => ({
    layers: fitLayers(frame, { singles: true, selected: -1, drawing: true }),
    note: () =>
      t("{count} networks after {step} steps, trained for this picture", {
        count: number(frame.shapes.curves[0], 0),
        step: number(frame.header.step, 0),
      }),
  }),
});
