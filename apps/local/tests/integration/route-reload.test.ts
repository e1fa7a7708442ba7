/** Newer routes in the running pipeline, without a restart. Needs `pnpm synth` before. */
import { afterEach, expect, test } from "@jest/globals";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { accountEnvironment } from "../../src/runtime/account.ts";
import { repositoryRoot, routesFolder } from "../../src/runtime/folders.ts";
import { controlUrl, killPipelines, runPipeline, type Stack, waitFor } from "./run-pipeline.ts";

interface Copy {
  readonly processing: { readonly router: { readonly routesVersion: string; readonly routes: readonly string[] } };
}

const folder = mkdtempSync(join(tmpdir(), "millrace-reload-"));
afterEach(() => {
  killPipelines();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * The settings that `infra` derives from `routeReload`: the object with the deployment's routes, and where the router
 * looks.
 */
function reloadEverySecond(stack: Stack, source: string): void {
  const bucket = "${aws_s3_bucket.lake.bucket}";
  stack.resource["aws_s3_object"] = { published_routes: { bucket, key: "routes.json", source } };
  const environment = stack.resource["aws_lambda_function"]?.["router"]?.["environment"];
  Object.assign((environment as { variables: Record<string, string> }).variables, {
    ROUTES_URL: "s3://${aws_s3_object.published_routes.bucket}/${aws_s3_object.published_routes.key}",
    ROUTES_CHECK_SECONDS: "1",
  });
}

async function routes(args: readonly string[], s3 = ""): Promise<string> {
  const command = join(repositoryRoot, "packages/route-tools/src/cli/main.ts");
  const environment = s3 === "" ? {} : accountEnvironment({ kinesis: "", s3, secrets: "", destinationEndpoints: {} });
  const options = { env: { ...process.env, ...environment } };
  const argv = ["--conditions=@millrace/source", command, ...args];
  return (await promisify(execFile)(process.execPath, argv, options)).stdout;
}

/** The copies of a stream as they arrive. */
async function* follow(url: string, stream: string): AsyncGenerator<Copy> {
  const response = await fetch(new URL(`/streams/${stream}`, url));
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as Copy;
  }
}

async function firstCopy(url: string, isWanted: (copy: Copy["processing"]["router"]) => boolean) {
  for await (const { processing } of follow(url, "recommendations")) {
    if (isWanted(processing.router)) return processing.router;
  }
  throw new Error("The stream ended");
}

test("routes that are published while the pipeline runs are in force from the next look on, and say so on every copy", async () => {
  const deployed = join(folder, "deployed.json");
  await routes(["publish", "--to", deployed]);
  const run = runPipeline(["--rate", "60"], (stack) => reloadEverySecond(stack, deployed));
  const url = await controlUrl(run);
  const s3 = await waitFor(run, "the endpoint of S3", async () => /S3\s+(http:\S+)/.exec(run.output())?.[1]);
  const before = await firstCopy(url, () => true);

  const changed = join(folder, "routes");
  cpSync(routesFolder, changed, { recursive: true });
  const file = join(changed, "recommendations.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"search-clicks"', '"clicks-on-results"'));
  const to = "s3://millrace-local-lake-000000000000/routes.json";
  const published = await routes(["publish", "--to", to, "--routes", changed], s3);
  const [, version, replaced] = /version (\w+), before (\w+)/.exec(published) ?? [];
  expect(replaced).toBe(before.routesVersion);

  const after = await firstCopy(url, ({ routes: names }) => names.includes("recommendations/clicks-on-results"));
  expect(after.routesVersion).toBe(version);
  run.child.kill("SIGINT");
  expect(await run.ended).toMatchObject({ code: 0, output: expect.stringContaining("Drained") });
}, 120_000);
