/** What torchvision publishes of pairs with one backbone, and how long the installed ones take here. */

import { post } from "../../core/api.js";
import { h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { isMissing, networkTitle } from "./installed.js";
import { OURS, ROADS, chosenNetwork, failed, page } from "./page.js";

/**
 * @typedef {object} Published
 * @property {string} name
 * @property {string} kind
 * @property {string} backbone
 * @property {number} box_map
 * @property {number} gflops
 * @property {string} network its name where it is installed
 */
/** @typedef {{value: number, low: number, high: number}} Interval */
/** @typedef {{image_id: string, network: string, proposals: number}} Asked */

const REST = 300; // milliseconds that a control rests before the server measures anew

/** @param {Interval} interval @param {number} [digits] */
export const ranged = ({ value, low, high }, digits = 2) =>
  `${number(value, digits)} (${number(low, digits)}–${number(high, digits)})`;

/** @param {string[]} names the first may be empty */
export const head = (names) =>
  h("thead", {}, h("tr", {}, ...names.map((name) => (name ? h("th", { scope: "col" }, name) : h("td")))));

/** @param {string} name @param {string[]} texts */
export const line = (name, texts) =>
  h("tr", {}, h("th", { scope: "row" }, name), ...texts.map((text) => h("td", {}, text)));

/** @param {HTMLElement} root a table */
export function publishedTable(root) {
  /** @type {Published[]} */
  let published = [];
  /** @type {Map<string, string>} milliseconds by the network's name */
  const times = new Map();
  const paint = () => published.length && showPublished(root, published, times);
  const asks = ROADS.map(() =>
    newest({
      ask: (/** @type {Asked} */ of, signal) => post("/api/detectors/installed/timings", of, signal),
      show: ({ total: { median }, device }, { network }) => {
        const ms = number(median, 0);
        times.set(network, device === "CPU" ? ms : `${ms} (${device})`);
        paint();
      },
      fail: (error, { network }) => {
        failed(error);
        times.delete(network);
        paint();
      },
    }),
  );
  return {
    /** @param {Published[]} rows */
    show(rows) {
      published = rows;
      paint();
    },
    /** Measure the chosen networks on the page's picture. @param {number} proposals */
    measure(proposals) {
      ROADS.forEach((road, i) => {
        const network = chosenNetwork(road);
        if (network === OURS || !page.photo || isMissing(network)) return asks[i]?.drop();
        asks[i]?.want({ image_id: page.photo.id, network, proposals }, REST);
        if (asks[i]?.busy) times.set(network, "…");
      });
      paint();
    },
  };
}

/**
 * @param {HTMLElement} root
 * @param {Published[]} published
 * @param {Map<string, string>} times
 */
function showPublished(root, published, times) {
  const rows = published.map(({ name, kind, backbone, box_map, gflops, network }) => ({
    network,
    name: publishedName(name, kind, backbone),
    texts: [number(box_map, 1), number(gflops, gflops < 10 ? 2 : 1)],
  }));
  const chosen = ROADS.filter((road) => chosenNetwork(road) !== OURS);
  for (const road of chosen) {
    const network = chosenNetwork(road);
    if (rows.every((row) => row.network !== network))
      rows.push({ network, name: networkTitle(road), texts: ["–", "–"] });
  }
  const ms = (/** @type {string} */ network) => (chosen.length ? [times.get(network) ?? "–"] : []);
  root.replaceChildren(
    head(["", t("AP on COCO"), t("GFLOP"), ...(chosen.length ? [t("ms")] : [])]),
    h("tbody", {}, ...rows.map(({ network, name, texts }) => line(name, [...texts, ...ms(network)]))),
  );
}

/** @param {string} name @param {string} kind @param {string} backbone */
const publishedName = (name, kind, backbone) =>
  kind === "one-stage"
    ? t("{name}, {backbone} (one-stage)", { name, backbone })
    : t("{name}, {backbone} (two-stage)", { name, backbone });
