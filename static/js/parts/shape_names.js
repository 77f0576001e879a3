/** What the shapes of the drawn scenes are called. */

import { t } from "../core/i18n.js";

/** @type {Record<string, () => string>} */
export const SHAPES = {
  disc: () => t("disc"),
  ring: () => t("ring"),
  square: () => t("square"),
  triangle: () => t("triangle"),
  star: () => t("star"),
  cross: () => t("cross"),
  crescent: () => t("crescent"),
  heart: () => t("heart"),
};
