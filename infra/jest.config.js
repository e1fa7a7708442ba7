import { injectedGlobals, jestConfig } from "@millrace/jest-preset";

/** A dependency of CDKTF (readable-stream) declares these for itself. */
const declaredByDependency = new Set(["Boolean", "Error", "Number", "String", "Symbol", "Uint8Array"]);

export default jestConfig({
  sandboxInjectedGlobals: injectedGlobals.filter((name) => !declaredByDependency.has(name)),
  // CDKTF records where each token was made, 25 % of these tests' time: Jest maps every frame to its source.
  moduleNameMapper: { "/private/stack-trace$": "<rootDir>/tests/support/no-stack-trace.cjs" },
  globalSetup: "<rootDir>/tests/support/global-setup.js",
  globalTeardown: "<rootDir>/tests/support/global-teardown.js",
});
