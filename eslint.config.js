// What `make check` asks of the browser's code beside its types; package.json holds the format.
import js from "@eslint/js";
import globals from "globals";

// A text is one literal, because it is its translation's key: alone on its line it may be long.
const TEXT = '^\\s*(t\\()?["`].*["`][,)]*;?$';

export default [
  { ignores: ["static/vendor/", "node_modules/", ".venv/", "build/", "dist/"] },
  js.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.worker } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // A function is read at one glance: 60 lines, comments not counted.
      "max-lines-per-function": ["error", { max: 60, skipComments: true, skipBlankLines: true, IIFEs: true }],
      "max-len": ["error", { code: 110, ignorePattern: TEXT }],
      "max-lines": ["error", 400],
      "no-shadow": "error",
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: "error",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            ":matches(CallExpression[callee.name='t'], CallExpression[callee.name='tp']):not(:function *)",
          message: "A constant speaks one language for good: call t where the text is written.",
        },
      ],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // A browser's language may be no tag that Intl takes ("C"): numbers are written by core/i18n.js.
      "no-restricted-globals": [
        "error",
        { name: "Intl", message: "Write numbers by number() of core/i18n.js." },
      ],
      "no-restricted-properties": [
        "error",
        ...["toLocaleString", "toLocaleDateString", "toLocaleTimeString", "localeCompare"].map(
          (property) => ({
            property,
            message: "It asks Intl for the browser's language, which may be none.",
          }),
        ),
      ],
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["**/vendor/uPlot.js"], message: "Import views/uplot.js, which mends the language." },
          ],
        },
      ],
    },
  },
  {
    files: ["static/js/core/language_tag.js", "static/js/views/uplot.js", "tests/js/language_tag.test.js"],
    rules: { "no-restricted-globals": "off", "no-restricted-imports": "off" },
  },
  {
    files: ["tests/js/**", "eslint.config.js"],
    languageOptions: { globals: { ...globals.node } },
    rules: { "max-lines-per-function": "off" },
  },
];
