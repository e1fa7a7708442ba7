import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Commands of docs/runbooks.md as words, with the environment in the place of `<stage>`. */
export interface RunbookCommands {
  /** Of the AWS command line, without its name. */
  readonly aws: readonly (readonly string[])[];
  /** Of this package: the script and its arguments. */
  readonly infra: readonly (readonly string[])[];
}

const infraCommand = "pnpm --filter @millrace/infra run ";

/** @param root of the repository */
export function readRunbookCommands(root: string, environment: string): RunbookCommands {
  const text = readFileSync(join(root, "docs/runbooks.md"), "utf8").replaceAll("<stage>", environment);
  const lines = [...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block = ""]) => block.trim().split("\n"));
  const after = (start: string): readonly (readonly string[])[] =>
    lines.flatMap((line) => (line.startsWith(start) ? [wordsOf(line.slice(start.length))] : []));
  return { aws: after("aws "), infra: after(infraCommand) };
}

/** As a shell takes them apart; the runbooks quote with `"` alone. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
