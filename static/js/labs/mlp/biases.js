/** The biases of the first layer, added as a row or as a column: what torch says to each. */

import { ApiError, json } from "../../core/api.js";
import { $, all } from "../../core/dom.js";
import { sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tell } from "../../core/said.js";

/** @typedef {{samples: number, inputs: number, outputs: number, shape: string}} Added */
/** @typedef {{output: number[] | null, error: string | null, each_its_own: boolean}} Sum */

/** @param {() => {layers: number[], batch: number} | undefined} header of the frame on show */
export function biasesPart(header) {
  const said = $("[data-biases-said]");
  const asked = newest({
    /** @param {Added} added @param {AbortSignal} signal @returns {Promise<Sum>} */
    ask: ({ samples, outputs, shape }, signal) =>
      json(`/api/mlp/biases?samples=${samples}&outputs=${outputs}&shape=${shape}`, { signal }),
    show: (sum, added) => tell(said, () => sentence(added, sum)),
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      tell(said, () => error.message);
    },
  });
  for (const button of all("[data-biases]"))
    button.addEventListener("click", () => {
      const now = header();
      if (!now) return;
      const [inputs = 0, outputs = 0] = now.layers;
      asked.want({ samples: now.batch, inputs, outputs, shape: String(button.dataset.biases) });
    });
}

/** @param {Added} added @param {Sum} sum */
export function sentence({ samples: n, inputs: i, outputs: c, shape }, sum) {
  const added =
    shape === "row"
      ? t("{n} × {i} times {i} × {c} is {n} × {c}. Plus 1 × {c}:", { n, i, c })
      : t("{n} × {i} times {i} × {c} is {n} × {c}. Plus {c} × 1:", { n, i, c });
  return sentences([added, became(sum, n)]);
}

/** @param {Sum} sum @param {number} n */
function became({ output, error, each_its_own: right }, n) {
  if (error) return t("torch refuses: “{error}”.", { error });
  const [rows = 0, columns = 0] = output ?? [];
  if (rows !== n)
    return t("torch makes {rows} × {columns} of it, but the samples are {n}.", { rows, columns, n });
  if (right)
    return t("{rows} × {columns}, and every row got the same biases, one for each output.", {
      rows,
      columns,
    });
  return t(
    "torch does not complain, as there are as many samples as outputs; but each sample got one bias for all its outputs.",
  );
}
