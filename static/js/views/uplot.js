/** uPlot, which asks Intl for the browser's language as soon as it is loaded: that has to be one by then. */

import "./uplot_needs.js";
import uPlot from "../../vendor/uPlot.js";

export default uPlot;
