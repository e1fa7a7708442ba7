/**
 * `pnpm console --stage <environment>`: the page of the laptop, on this machine, over an environment that is read with
 * the operator's own credentials.
 */
import { openEnvironmentSource } from "@millrace/pipeline-source/environment";
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { listenConsole } from "./server/listen-console.ts";
import { builtPage } from "./server/page-files.ts";

const usage = `Usage: pnpm console --stage <environment> [--port <number>]
  Shows an environment with your own credentials, of a role that may do what
  pnpm --filter @millrace/infra run operator-policy <environment> console prints.
  The console of the pipeline on this machine is printed by pnpm start.`;

const tokenBytes = 24;

try {
  const { values } = parseArgs({ options: { stage: { type: "string" }, port: { type: "string" } } });
  if (values.stage === undefined || values.stage === "local") throw new Error(usage);
  await serve(values.stage, Number(values.port ?? 0));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

async function serve(stage: string, wantedPort: number): Promise<void> {
  const source = await openEnvironmentSource({ stage });
  const token = randomBytes(tokenBytes).toString("base64url");
  const remedy = `Log in with a role that has the policy of \`operator-policy ${stage} console\`.`;
  const { url } = await listenConsole({ source, token, remedy, page: builtPage(), port: wantedPort });
  console.log(`Console of ${stage}   ${url}`);
}
