import { injectedBesideReadableStream, jestConfig } from "@millrace/jest-preset";

// quicktype-core loads it.
export default jestConfig({ sandboxInjectedGlobals: injectedBesideReadableStream });
