/** Networks that others trained and that were installed here: each may go a road in the place of ours. */

import { ApiError, json, postForFrame } from "../../core/api.js";
import { t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { servedText } from "../../core/served.js";
import { tell } from "../../core/said.js";
import { OURS, ROADS, chosenNetwork, networkOf, page, state } from "./page.js";

/** @typedef {import("./outcome.js").Road} Road */
/** @typedef {import("./outcome.js").Installed} Installed */
/** @typedef {{name: string, title: string, stages: Road, installed: boolean, command: string}} Network */
/** @typedef {{image_id: string, network: string}} Asked */

/** What the list of choices calls the network of a road. @param {Road} road */
export function networkTitle(road) {
  const name = chosenNetwork(road);
  const option = document.querySelector(`#c-${road}_network option[value="${name}"]`);
  return option ? servedText(option) : name;
}

/** @param {any} answer @returns {Installed} */
const installedOf = ({ header, arrays }) => ({
  network: header.network,
  classes: header.classes,
  stages: header.stages,
  boxes: arrays.boxes,
  scores: arrays.scores,
  labels: arrays.labels,
  rows: arrays.rows,
  proposals: arrays.proposals,
  proposalAnchor: arrays.proposal_anchor,
  starts: arrays.starts,
  levels: header.levels,
  hasAnchors: header.has_anchors,
});

/** Questions that were refused: not asked again before a network is chosen anew. @type {Set<string>} */
const refused = new Set();
const keyOf = (/** @type {Asked} */ { image_id, network }) => `${image_id} ${network}`;

state.subscribe((changed) => {
  if (changed.has("one_network") || changed.has("two_network")) refused.clear();
});

/**
 * Their answers about the picture, asked when a view wants them.
 * @param {object} options
 * @param {() => void} options.onFound
 * @param {(error: unknown, network: string) => void} options.onError
 */
export function installedNetworks({ onFound, onError }) {
  /** @param {Road} road */
  const asking = (road) =>
    newest({
      ask: (/** @type {Asked} */ of, signal) => postForFrame("/api/detectors/installed", of, signal),
      show: (answer, { image_id }) => {
        page.installed[road] = { image_id, answer: installedOf(answer) };
        onFound();
      },
      fail: (error, of) => {
        if (error instanceof ApiError && error.code !== "offline") refused.add(keyOf(of));
        onError(error, of.network);
      },
    });
  const asks = { one: asking("one"), two: asking("two") };
  return {
    /** Ask for what the view of now needs and is not there. */
    want() {
      for (const road of ROADS) {
        const network = networkOf(road);
        const of = page.photo && { image_id: page.photo.id, network };
        if (network === OURS || !of) asks[road].drop();
        else if (!refused.has(keyOf(of))) asks[road].want(of);
      }
    },
    get busy() {
      return ROADS.some((road) => asks[road].busy);
    },
  };
}

// --- What is installed ------------------------------------------------------------------------------

const notInstalled = () => t("(not installed)");

/** @type {Map<string, Network>} */
const listed = new Map();

/** Say in both lists of networks which of them this machine does not have. */
export async function markNetworks() {
  for (const network of /** @type {Network[]} */ (await json("/api/detectors/networks"))) {
    listed.set(network.name, network);
    const option = document.querySelector(`#c-${network.stages}_network option[value="${network.name}"]`);
    if (option && !network.installed) tell(option, () => `${servedText(option)} ${notInstalled()}`);
  }
}

/** Whether it is known that a network is not there. @param {string} name */
export const isMissing = (name) => listed.get(name)?.installed === false;

/** What to type for a network. @param {string} name */
export const commandFor = (name) => listed.get(name)?.command ?? `vitrine fetch-weights ${name}`;
