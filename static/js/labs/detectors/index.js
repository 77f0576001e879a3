/** The `detectors` lab: a one-stage and a two-stage detector on one trunk, on one picture. */

import { postForFrame } from "../../core/api.js";
import { configOf } from "../../core/controls.js";
import { $, oncePerFrame } from "../../core/dom.js";
import { onLanguage, sentences, t } from "../../core/i18n.js";
import { wireLesson } from "../../parts/lesson.js";
import { ORIGINS, complain, showOrigin } from "../../parts/photo_lab.js";
import { computing } from "../../parts/photo_session.js";
import { pngOf } from "../../parts/png.js";
import { wireTools } from "../../parts/share.js";
import { claimView } from "./claim.js";
import { toCoco, toCsv } from "./export.js";
import { familyView } from "./family.js";
import { followView } from "./follow.js";
import { sayFollow } from "./follow_words.js";
import { wireHandOver } from "./hand_over.js";
import { commandFor, installedNetworks, markNetworks } from "./installed.js";
import { outputOf } from "./outcome.js";
import { MASKING, ROADS, chosenNetwork, isOurs, modelName, modelOfPage, page, state } from "./page.js";
import { poolingView } from "./pooling.js";
import { proposersView } from "./proposers.js";
import { resultView } from "./result.js";
import { roadsView, sayRoads } from "./roads.js";
import { pictureSource } from "./source.js";
import { runConfig, trainView } from "./train.js";
import { none } from "./truth.js";
import { sayResult } from "./words.js";

/** @typedef {import("./page.js").Model} Model */
/**
 * @typedef {object} View
 * @property {(model: Model) => void} draw
 * @property {(photo: any, summary: string) => void} [drawPhoto]
 * @property {() => void} [leave] nobody looks at it any more
 */

const REST = 150; // milliseconds that a control rests before the network is asked
const said = $("[data-said]");

/** What the network is asked with; null is the size that it learned with. */
function settings() {
  const { input_size, pre_nms_top_n } = state.values;
  const learned = input_size === state.rules.input_size?.default;
  return { model: modelName(), input_size: learned ? null : input_size, pre_nms_top_n };
}

/** The same about the picture on show, with more controls. @param {string[]} names */
const aboutPhoto = (names) => () => {
  const more = Object.fromEntries(names.map((name) => [name, state.values[name]]));
  return page.photo && { image_id: page.photo.id, asked: { ...settings(), ...more } };
};

/** Whose masks the family has: an installed network's, where it is chosen and makes masks. */
const maskNetwork = () => (chosenNetwork("two") === MASKING ? MASKING : "ours");

const result = resultView(() => draw());
const pooling = poolingView(aboutPhoto([]));
const family = familyView(() => {
  const asked = aboutPhoto(["crops", "external"])();
  return asked && { ...asked, asked: { ...asked.asked, mask_network: maskNetwork() } };
});
const proposers = proposersView(aboutPhoto([]));
const claim = claimView();
const train = trainView();
/** @type {Record<string, View>} */
const views = {
  result,
  roads: roadsView(aboutPhoto(["proposals"])),
  follow: followView(),
  pooling,
  family,
  proposers,
  claim,
};
/** @type {Record<string, (model: Model) => string>} */
const sayings = {
  result: sayResult,
  roads: sayRoads,
  follow: sayFollow,
  pooling: pooling.say,
  proposers: proposers.say,
  claim: claim.say,
};

/** Why there are no boxes: it stands, with its command, until there are some or another network is chosen. */
let failed = /** @type {{error: unknown, network: string} | null} */ (null);

const { photos, open } = pictureSource({
  settings,
  find: ({ id }, of, signal) => postForFrame("/api/detectors/detect", { image_id: id, ...of }, signal),
  onPhoto: (photo) => {
    Object.assign(page, { photo, output: null, own: none() });
    draw();
  },
  onFound: (_, answer) => {
    page.output = outputOf(answer);
    if (failed?.network === modelName()) failed = null;
    draw();
  },
  onError: (error, of) => {
    if (of) page.output = null;
    refuse(error, modelName());
  },
});
const others = installedNetworks({
  onFound: () => draw(),
  onError: refuse,
});

/** @param {unknown} error @param {string} network */
function refuse(error, network) {
  failed = { error, network };
  draw();
}

/** Whose weights drew the boxes: the name of a network that is not ours stands over its picture. */
function originWords() {
  if (ROADS.every(isOurs)) return ORIGINS.shipped?.();
  return ROADS.some(isOurs)
    ? t("Live, from shipped and from installed weights")
    : t("Live, from weights installed here");
}

const draw = oncePerFrame(() => {
  const { photo } = page;
  const view = views[state.values.tab];
  for (const other of Object.values(views)) if (other !== view) other.leave?.();
  if (state.values.tab === "train") return train.enter();
  train.leave();
  if (!photo) return;
  others.want();
  const searching = photos.searching || others.busy;
  const model = modelOfPage();
  const origin = model ? (ROADS.every(isOurs) ? "shipped" : "fetched") : "";
  showOrigin({ origin, words: model ? originWords() : "", searching, answered: model !== null });
  if (!model) {
    view?.drawPhoto?.(photo, t("The photo"));
    if (searching) said.textContent = computing();
    else if (failed) complain(said, failed.error, commandFor(failed.network));
    return;
  }
  view?.draw(model);
  $("[data-command]").hidden = true;
  said.textContent = searching ? computing() : (sayings[state.values.tab]?.(model) ?? "");
  document.documentElement.dataset.ready = "";
});

state.subscribe((changed) => {
  if (["model", "one_network", "two_network"].some((name) => changed.has(name))) failed = null;
  if (["model", "input_size", "pre_nms_top_n"].some((name) => changed.has(name))) photos.again(REST);
  draw();
});
wireLesson(state, ({ tab }) => tab === "train" && train.again());
onLanguage(() => {
  claim.again();
  draw();
});

const trains = () => state.values.tab === "train";

/** @param {(model: Model) => string} write */
const written = (write) => () => {
  const model = modelOfPage();
  return model ? write(model) : "";
};
wireTools({
  slug: "detectors",
  state,
  session: train.running,
  exports: {
    png: () => pngOf(trains() ? train.snapshot() : result.snapshot()),
    csv: () => (trains() ? train.toCsv() : written(toCsv)()),
    json: () => (trains() ? train.toJson() : written(toCoco)()),
  },
  configOf: (values) =>
    trains()
      ? { ...runConfig(values), script: "training" }
      : { ...configOf(values), source: values.source, scene: values.scene },
  also: () => ({ sample: page.photo?.name ?? "" }),
  missing: () =>
    sentences([
      page.photo?.name || page.photo?.passing
        ? ""
        : t("Your photo is no part of it: a sample picture takes its place."),
      page.own.classes.length ? t("Boxes that you drew are no part of it.") : "",
    ]),
});

wireHandOver();
markNetworks().catch((error) => complain(said, error, ""));
draw();
open();
