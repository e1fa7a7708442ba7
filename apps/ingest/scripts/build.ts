import { build } from "esbuild";

/**
 * Bundles the service into one file for the container: no node_modules, so nothing but what the service imports is
 * shipped. `node scripts/build.ts [outfile]`
 */
const result = await build({
  entryPoints: [`${import.meta.dirname}/../src/main.ts`],
  outfile: process.argv[2] ?? `${import.meta.dirname}/../dist/main.js`,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // Sources of the sibling packages, so that no package has to be built first.
  conditions: ["@millrace/source"],
  mainFields: ["module", "main"],
  minifySyntax: true,
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "linked",
  metafile: true,
  // Express, pino and prom-client are CommonJS and ask for Node's own modules with `require`.
  banner: {
    js: 'import { createRequire as createRequireOfNode } from "node:module"; const require = createRequireOfNode(import.meta.url);',
  },
  logLevel: "warning",
});

for (const [file, { bytes }] of Object.entries(result.metafile.outputs)) {
  if (file.endsWith(".js")) process.stdout.write(`${file} ${Math.round(bytes / 1024)} KiB\n`);
}
