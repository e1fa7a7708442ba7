import { injectedGlobals, jestConfig } from "@millrace/jest-preset";

/** A dependency of CDKTF (readable-stream) declares these for itself. */
const declaredByDependency = new Set(["Boolean", "Error", "Number", "String", "Symbol", "Uint8Array"]);

export default jestConfig({
  sandboxInjectedGlobals: injectedGlobals.filter((name) => !declaredByDependency.has(name)),
  globalSetup: "<rootDir>/tests/support/global-setup.js",
  globalTeardown: "<rootDir>/tests/support/global-teardown.js",
});
