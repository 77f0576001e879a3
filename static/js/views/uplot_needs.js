/** What has to be so before uPlot is loaded: modules run in the order of their imports. */

import { mendLanguage } from "../core/language_tag.js";

mendLanguage(navigator);
