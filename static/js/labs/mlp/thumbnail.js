/** The `mlp` lab on the home page: the decision map of networks that were trained for it. */

import { number, t } from "../../core/i18n.js";
import { runThumbnail } from "../../parts/thumbnail.js";
import { mapLayers } from "./layers.js";

export const thumbnail = runThumbnail({
  slug: "mlp",
  steps: 400,
  range: { x: [-1.4, 1.4], y: [-0.95, 0.8] },
  draw: (frame) => ({
    layers: mapLayers(frame, { look: "shares", all: true }),
    note: () =>
      t("The mean of all networks after {step} steps, trained for this picture", {
        step: number(frame.header.step, 0),
      }),
  }),
});
