/**
 * `pnpm console --stage <environment>`: the page of the laptop, on this machine, over an environment that is read with
 * the operator's own credentials.
 */
import { openEnvironmentSource } from "@millrace/pipeline-source/environment";
import { randomBytes } from "node:crypto";
import { createProgram, parseProgram, wholeNumber } from "@millrace/command-line";
import { listenConsole } from "./server/listen-console.ts";
import { builtPage } from "./server/page-files.ts";

const TOKEN_BYTES = 24;

try {
  const program = createProgram("console")
    .description(
      "Shows an environment with your own credentials, of a role that may do what\n" +
        "pnpm --filter @millrace/infra run operator-policy <environment> console prints.",
    )
    .option("--stage <environment>", "the environment; it has to be named")
    .option("--port <number>", "port of the page, 0 for any free one", wholeNumber(0), 0);
  if (parseProgram(program, process.argv.slice(2))) {
    const { stage, port } = program.opts();
    if (stage === undefined) throw new Error("Expected --stage <environment>. pnpm console --help lists the options.");
    if (stage === "local") throw new Error("The console of the pipeline on this machine is printed by pnpm start.");
    await serve(stage, port);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

async function serve(stage: string, wantedPort: number): Promise<void> {
  const source = await openEnvironmentSource({ stage });
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const remedy = `Log in with a role that has the policy of \`operator-policy ${stage} console\`.`;
  const { url } = await listenConsole({ source, token, remedy, page: builtPage(), port: wantedPort });
  console.log(`Console of ${stage}   ${url}`);
}
