/** The visitor's own two columns. */

import { axesText, columnChooser, ownTable } from "../../parts/own_table.js";

/** @param {(values: {points: string, axes: string, reading: string}) => void} onPoints */
export function ownPoints(onPoints) {
  ownTable({
    url: "/api/fitting/table",
    choice: ({ columns }, onChange) => {
      const options = columns.map(({ name }, value) => ({ name, value }));
      const [x = 0, y = x === 0 ? 1 : 0] = columns.flatMap(({ kind }, i) => (kind === "number" ? [i] : []));
      const across = columnChooser("x", options, x, onChange);
      const up = columnChooser("y", options, y, onChange);
      const chosen = () => [Number(across.select.value), Number(up.select.value)];
      return {
        element: [across.element, up.element],
        selects: [across.select, up.select],
        columns: chosen,
        values: () => {
          // With fewer than two columns there is nothing to choose, and the server says so.
          const [a, b] = columns.length < 2 ? [null, null] : chosen();
          return { x: a, y: b };
        },
      };
    },
    onPoints: ({ points, names, units, reading }) =>
      onPoints({ points, axes: axesText(names, units), reading }),
  });
}
