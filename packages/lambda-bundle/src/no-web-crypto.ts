import type { Plugin } from "esbuild";

/**
 * Takes ids of the SDK from `node:crypto`. It asks for the global `crypto` when it loads, whether ids are made or not,
 * and Node then loads all of Web Crypto.
 */
export const noWebCrypto: Plugin = {
  name: "no-web-crypto",
  setup(build) {
    build.onLoad({ filter: /\/@smithy\/core\/.*\/serde\/uuid\/v4\.js$/ }, () => ({
      contents: 'import { randomUUID } from "node:crypto"; export const bindV4 = () => () => randomUUID();',
    }));
  },
};
