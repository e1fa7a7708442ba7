import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Packages published as ES modules only: jest's CommonJS loader cannot read them as they are. */
const esmOnly = [
  "tinybench",
  "isbot",
  "uuid",
  "github-slugger",
  "mmdb-lib",
  "cborg",
  "@octokit.webhooks-methods",
  "@hyperjump.[a-z-]+",
  "just-curry-it",
  "idn-hostname",
  "json-schema-faker",
  "@seriousme.openapi-schema-validator",
];

/**
 * Globals that every module gets as parameters. A test runs in a context of its own, where each look at a global costs
 * 200 ns: an inner loop over `Math` takes ten times as long as outside. A name is left out if a test replaces it, or
 * if a dependency declares it for itself, which is a syntax error beside a parameter of that name.
 * https://jestjs.io/docs/configuration#sandboxinjectedglobals-arraystring
 */
const injectedGlobals = [
  ...["Array", "BigInt", "Boolean", "DataView", "Error", "JSON", "Map", "Math", "Number", "Object"],
  ...["RangeError", "Reflect", "RegExp", "Set", "String", "Symbol", "TypeError", "Uint8Array", "WeakMap"],
];

/** readable-stream declares six of them for itself: the list of packages that load it. */
export const injectedBesideReadableStream = injectedGlobals.filter(
  (name) => !["Boolean", "Error", "Number", "String", "Symbol", "Uint8Array"].includes(name),
);

/**
 * The configuration every package uses: sources of sibling packages are read directly (condition `@millrace/source`),
 * so tests see today's code and need no build.
 * @returns {import("jest").Config}
 */
export function jestConfig(overrides = {}) {
  return {
    testEnvironment: "node",
    testEnvironmentOptions: { customExportConditions: ["@millrace/source", "node", "require", "default"] },
    resolver: require.resolve("./resolve-import-only.cjs"),
    testMatch: ["<rootDir>/tests/**/*.test.ts"],
    extensionsToTreatAsEsm: [],
    sandboxInjectedGlobals: injectedGlobals,
    transform: {
      "\\.[cm]?[jt]s$": [
        require.resolve("@swc/jest"),
        {
          jsc: { parser: { syntax: "typescript" }, target: "es2024" },
          module: { type: "commonjs", ignoreDynamic: false },
          sourceMaps: "inline",
        },
      ],
    },
    transformIgnorePatterns: [`/node_modules/(?!\\.pnpm/(${esmOnly.join("|")})@|(${esmOnly.join("|")})/)`],
    testTimeout: 60_000,
    ...overrides,
  };
}
