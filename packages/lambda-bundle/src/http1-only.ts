import { join } from "node:path";
import type { Plugin } from "esbuild";

const namespace = "http1-only";
const http2Handler = /^\.\/node-http2-handler(?:\.js)?$/;

/**
 * Leaves HTTP/2 and event streams out of the SDK. Of the Kinesis client only `SubscribeToShard` needs them, and it
 * imports both, for all operations, whatever handler it is given.
 */
export const http1Only: Plugin = {
  name: namespace,
  setup(build) {
    build.onResolve({ filter: http2Handler }, ({ importer, resolveDir }) =>
      importer.includes("@smithy/node-http-handler")
        ? { path: join(resolveDir, "node-http2-handler.js"), namespace, pluginData: resolveDir, sideEffects: false }
        : undefined,
    );
    // Who brings no handler of its own gets one for HTTP/1.1, which all of AWS speaks.
    build.onLoad({ filter: /.*/, namespace }, ({ pluginData }) => ({
      contents: 'export { NodeHttpHandler as NodeHttp2Handler } from "./node-http-handler";',
      resolveDir: pluginData as string,
    }));
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, () => ({
      path: join(import.meta.dirname, "no-event-streams.ts"),
      sideEffects: false,
    }));
  },
};
