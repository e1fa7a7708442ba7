import { dirname } from "node:path";
import type { Plugin } from "esbuild";

/**
 * Leaves out the SDK's search for `~/.aws/config` and `~/.aws/credentials`. A function has neither: what they could say
 * is in its environment.
 */
export const noConfigFiles: Plugin = {
  name: "no-config-files",
  setup(build) {
    build.onLoad({ filter: /\/shared-ini-file-loader\/loadSharedConfigFiles\.js$/ }, ({ path }) => ({
      contents: `export { CONFIG_PREFIX_SEPARATOR } from "./constants";
        export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
      resolveDir: dirname(path),
    }));
  },
};
