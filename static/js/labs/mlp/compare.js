/** Two settings side by side: B is what was set when comparing began; data and seed are shared. */

import { $ } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { trainingSession } from "../../core/session/session.js";
import { fromQuery, toQuery } from "../../core/state.js";
import { plot } from "../../views/plot.js";
import { mapLayers } from "./layers.js";
import { mlpSentence } from "./words.js";

/** What B keeps to itself. */
const OWN = [
  "layers",
  "activation",
  "batchnorm",
  "loss",
  "optimizer",
  "learning_rate",
  "batch_size",
  "init",
  "init_scale",
  "l1",
  "l2",
  "dropout",
];
const SIDE = /** @type {[number, number]} */ ([-1.4, 1.4]);
const MARK = "b"; // the address of B when all of it is as usual

/**
 * @param {{
 *   state: import("../../core/state.js").State,
 *   configOf: (values: Record<string, any>) => Record<string, any>,
 *   liveNames: string[],
 *   onDraw: () => void,
 * }} options
 */
export function comparison({ state, configOf, liveNames, onDraw }) {
  const rules = Object.fromEntries(Object.entries(state.rules).filter(([name]) => OWN.includes(name)));
  /** @type {ReturnType<typeof trainingSession>[]} */
  const followers = [];
  /** @type {any} */
  let frame = null;
  /** @type {ReturnType<typeof plot> | null} */
  let view = null;
  const section = $("[data-compared]");
  const own = () => fromQuery(String(state.values.compare).slice(MARK.length + 1), rules);

  function begin() {
    view = plot($("[data-plot-b]"), {
      x: SIDE,
      y: SIDE,
      square: true,
      xLabel: "x₁",
      yLabel: "x₂",
      maxHeight: () => Math.max(260, innerHeight * 0.42),
    });
    followers.push(
      trainingSession({
        slug: "mlp",
        state,
        liveNames,
        configOf: (values) => ({ ...configOf(values), ...own() }),
        onFrame: (next) => {
          frame = next;
          view?.update({
            layers: mapLayers(frame, { look: state.values.look, all: false }),
            summary: mlpSentence(/** @type {any} */ (next)),
          });
          $("[data-compared-name]").textContent = nameOf();
          onDraw();
        },
      }),
    );
  }
  /** How B differs from what is set now. */
  function nameOf() {
    const b = own();
    const differing = OWN.filter((name) => b[name] !== state.values[name]).map((name) => {
      const title =
        document.querySelector(`[data-control="${name}"] label`)?.textContent?.trim() ?? t("Hidden layers");
      return `${title}: ${b[name] === "" ? "0" : b[name]}`;
    });
    return differing.length ? `B (${differing.join(", ")})` : t("B, the same settings; change one of A’s");
  }
  function end() {
    for (const one of followers.splice(0)) one.close();
    view?.destroy();
    frame = view = null;
    onDraw();
  }
  function follow() {
    const on = state.values.compare !== "" && state.values.model === "mlp" && !state.values.run;
    section.hidden = !on;
    const button = $("[data-compare]");
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? t("End comparing") : t("Compare");
    if (on && !followers.length) begin();
    else if (!on && followers.length) end();
    else if (on && frame) $("[data-compared-name]").textContent = nameOf();
  }
  state.subscribe(follow);
  queueMicrotask(follow);

  return {
    /** The other session, while comparing: it goes in lockstep with the page's own. */
    followers,
    toggle() {
      state.set({ compare: state.values.compare ? "" : `${MARK}&${toQuery(state.values, rules)}` });
    },
    /** B's newest frame. */
    curves: () => frame,
  };
}
