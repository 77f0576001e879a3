/** Shares as a person reads them. */

import { number } from "../core/i18n.js";

/** @param {number} share @param {number} [digits] */
export const percent = (share, digits = 1) => `${number(100 * share, digits)}%`;

/** A dash where nothing was measured. @param {number | undefined} share @param {number} [digits] */
export const shareText = (share, digits) =>
  share !== undefined && Number.isFinite(share) ? percent(share, digits) : "–";
