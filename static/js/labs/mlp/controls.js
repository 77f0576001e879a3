/** Which controls of the `mlp` page have something to say now: those of its model and its data. */

import { $, all } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { showOnly } from "../../parts/visibility.js";

const SURFACES = ["slope", "hill", "saddle"]; // data that are heights, without classes
const CLASSED = ["gaussians", "spiral"]; // data of which one chooses how many classes
const OF_DATA = ["samples", "noise", "test_share", "data_seed"]; // of drawn data alone
const OF_PERCEPTRON = ["data", "samples", "noise", "test_share", "classes", "data_seed", "eta"];
const BESIDE = ["model", "points", "layers", "shown"]; // chosen elsewhere in the page

/** @param {Record<string, any>} values @param {string} shown model of the frame on show */
export function showModel(values, shown) {
  showOnly("only", (model) => model === shown);
  for (const root of all("[data-control][data-kind]")) {
    const name = root.dataset.control ?? "";
    if (!BESIDE.includes(name)) root.hidden = isIdle(name, values);
  }
}

/** Whether a control has no say now. @param {string} name @param {Record<string, any>} values */
function isIdle(name, { model, data }) {
  if (model === "perceptron" && !OF_PERCEPTRON.includes(name)) return true;
  if (name === "loss") return SURFACES.includes(data);
  if (name === "classes") return !CLASSED.includes(data);
  if (name === "eta") return model !== "perceptron";
  return data === "own" && OF_DATA.includes(name);
}

/**
 * What the network computes and is trained on: the formula of its loss, and what its map shows.
 * @param {string} loss
 * @param {number | null} classes null where it predicts heights
 */
export function showLoss(loss, classes) {
  const mine = classes === null ? "squared heights" : `${loss} ${classes > 2 ? "many" : "two"}`;
  const [name = "", kind = ""] = mine.split(" ");
  for (const part of all("[data-loss-form]")) {
    const [of, ...kinds] = (part.dataset.lossForm ?? "").split(" ");
    part.hidden = of !== name || !kinds.includes(kind);
  }
  $("[data-look=shares]").textContent =
    classes === null ? t("Height") : loss === "cross-entropy" ? t("Probabilities") : t("Output");
}
