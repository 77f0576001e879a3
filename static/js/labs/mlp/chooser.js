/** Which of the networks that are trained together is on show: one, or the mean of all. */

import { $, h } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { tell } from "../../core/said.js";

export class NetworkChooser {
  all = false; // the mean of all is on show
  select = /** @type {HTMLSelectElement} */ ($("[data-shown]"));

  /** @param {import("../../core/state.js").State} state @param {() => void} onChoose */
  constructor(state, onChoose) {
    this.state = state;
    this.select.addEventListener("change", () => {
      const { value } = this.select;
      this.all = value === "all";
      state.set({ shown: this.all ? this.count - 1 : Number(value) });
      onChoose();
    });
  }

  /** Of the networks. */
  get count() {
    return Number(this.state.values.replicas);
  }

  show() {
    if (this.select.options.length !== this.count + 1)
      this.select.replaceChildren(
        ...Array.from({ length: this.count }, (_, i) => h("option", { value: i }, i + 1)),
        tell(h("option", { value: "all" }), () => t("all, mean")),
      );
    const shown = Math.min(this.state.values.shown, this.count - 1);
    if (this.state.values.shown < this.count - 1) this.all = false; // a lesson, or a step back, chose one
    this.select.value = this.all ? "all" : String(shown);
  }
}
