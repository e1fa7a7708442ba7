import { jestConfig } from "@millrace/jest-preset";

export default jestConfig({
  globalSetup: "<rootDir>/tests/support/global-setup.js",
  globalTeardown: "<rootDir>/tests/support/global-teardown.js",
});
