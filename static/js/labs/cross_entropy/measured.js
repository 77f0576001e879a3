/** What a frame of the two trainings holds, by loss. No DOM here. */

import { median } from "../../math/series.js";
import { t } from "../../core/i18n.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").CrossEntropyFrame} Live */
/** @typedef {keyof Live["rows"]["scores"]} Loss */

/** @type {Loss[]} */
const LOSSES = ["cross-entropy", "brier"];

/** @returns {{loss: Loss, name: string, color: string, dash?: number[]}[]} */
export const looks = () => [
  { loss: "cross-entropy", name: t("cross-entropy"), color: VARIANTS[0] },
  { loss: "brier", name: t("squared error"), color: VARIANTS[1], dash: [6, 4] },
];

/**
 * Columns of a chart with bands: low, middle and high of each loss.
 * @param {Live} live
 * @param {"accuracy" | "nats"} measure
 */
export const bandOf = ({ arrays, rows }, measure) => [
  arrays.steps,
  ...LOSSES.flatMap((loss) => {
    const history = rows.history[loss];
    return [history[`${measure} low`], history[measure], history[`${measure} high`]];
  }),
];

/** Norms of the gradient over the steps, of each loss. @param {Live} live */
export const normsOf = ({ rows }) => LOSSES.map((loss) => rows.history[loss]["gradient norm"]);

/** Test accuracy, median over the starts. @param {Live} live @param {Loss} loss */
export const accuracyOf = ({ rows }, loss) => median(rows.scores[loss].accuracy);

/** Length of the last gradient, median over the starts. @param {Live} live @param {Loss} loss */
export const lengthOf = ({ rows }, loss) => median(rows.slopes[loss]);

/** The first network's mean cross-entropy on all test digits. @param {Live} live @param {Loss} loss */
export const firstNats = ({ rows }, loss) => rows.scores[loss].nats[0] ?? NaN;
