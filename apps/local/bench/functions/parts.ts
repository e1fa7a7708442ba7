import { readFileSync } from "node:fs";

/** A profile of V8. https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Parts by the source file of a function, or by Node's module; the first that fits. */
const partsByFile: readonly (readonly [RegExp, string])[] = [
  [/run-function\.cjs$/, "event of Lambda: JSON.parse"],
  [/^node:zlib|packages\/packed-records\//, "gzip"],
  [/put-records-protocol/, "body of PutRecords"],
  [/packages\/put-records\//, "put-records"],
  [/signature|@aws-crypto|httpAuthScheme|hash-node|packages\/aws-request\//i, "signature"],
  [/node-http-handler|^node:(_http|http|net|internal\/stream|internal\/streams|stream)/, "HTTP"],
  [/@smithy|@aws-sdk/, "SDK's other work"],
  [/packages\/telemetry\/|^metrics\.ts$|trouble-log|source-watch/, "metrics and log"],
  [/packages\/stream-handler\//, "batch and checkpoint"],
  [/^packing\/|packages\/destinations\/|^isolation\/|^routed-output/, "outputs and their places"],
  [/decode-lines|record\/(decode|parse|split)/, "events: JSON.parse"],
  [/write-event|json-text|^envelope\/exact/, "events: JSON written"],
  [/^privacy\/|packages\/(sensitive-text|privacy-keys)\//, "masking"],
  [/^validation\/|event-contracts\/src\/validator-runtime\/|stored-contracts\.js$|^validate\d/, "validation"],
  [/packages\/enrichments\/|^run-enrichments|mmdb/, "enrichments"],
  [/packages\/(routes|event-pattern)\//, "routes"],
  [/^[\w-]+(\/[\w-]+)*\.ts$|packages\/event-contracts\//, "the function's other work"],
];

/** Microseconds of processor time by part, of profiles of functions that were bundled without minifying. */
export function partsOf(files: readonly string[], bundle: string): Map<string, number> {
  const fileAt = filesByLine(readFileSync(bundle, "utf8"));
  const sums = new Map<string, number>();
  for (const file of files) {
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
    const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    const partAt = (from: number): string | undefined => {
      for (let id: number | undefined = from; id !== undefined; id = parents.get(id)) {
        const { functionName, url, lineNumber } = frames.get(id) ?? { functionName: "", url: "", lineNumber: 0 };
        if (functionName === "(garbage collector)") return "garbage";
        if (functionName === "(idle)" || functionName === "startProfile") return undefined;
        // Validators are made of texts, and are in no file.
        const source = url.endsWith("/index.js") ? fileAt(lineNumber) : url || functionName;
        const found = partsByFile.find(([pattern]) => pattern.test(source));
        if (found !== undefined) return found[1];
      }
      return "the rest";
    };
    for (const [index, sample] of samples.entries()) {
      const part = partAt(sample);
      if (part !== undefined) sums.set(part, (sums.get(part) ?? 0) + (timeDeltas[index] ?? 0));
    }
  }
  return sums;
}

/** esbuild writes the path of a source file above its code. */
function filesByLine(bundle: string): (line: number) => string {
  const files: string[] = [];
  let current = "";
  for (const line of bundle.split("\n")) {
    const path = /^\s*\/\/ (\S+\.(?:m?js|ts|cjs))$/.exec(line)?.[1];
    if (path !== undefined) current = path;
    files.push(current);
  }
  return (line) => files[line] ?? "";
}
