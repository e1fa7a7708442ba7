import { injectedBesideReadableStream, jestConfig } from "@millrace/jest-preset";

export default jestConfig({
  // CDKTF loads it.
  sandboxInjectedGlobals: injectedBesideReadableStream,
  // CDKTF records where each token was made, 25 % of these tests' time: Jest maps every frame to its source.
  moduleNameMapper: { "/private/stack-trace$": "<rootDir>/tests/support/no-stack-trace.cjs" },
  globalSetup: "<rootDir>/tests/support/global-setup.js",
  globalTeardown: "<rootDir>/tests/support/global-teardown.js",
});
