/** Where this server's pages are: a proxy may show them below a prefix. */

/** @returns {string} "" or such as /vitrine */
export const root = () =>
  typeof document === "undefined" ? "" : (document.documentElement.dataset.root ?? "");

/** The address of a path of this server. @param {string} path from the server's root on, with its / */
export const at = (path) => root() + path;
