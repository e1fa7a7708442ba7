import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadRouteDocuments, RoutesError } from "@millrace/routes";
import { InfraError } from "../errors.ts";
import { deploy, type RunTerraform } from "./deploy.ts";

/** A plan as JSON repeats every resource several times. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

const runTerraform: RunTerraform = (args, output) => {
  const result = spawnSync("terraform", args, {
    encoding: "utf8",
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ["ignore", output === "show" ? "inherit" : "pipe", "inherit"],
  });
  const isMissing = result.error !== undefined && "code" in result.error && result.error.code === "ENOENT";
  // A signal leaves no status: for the caller that is a failure like any other.
  return { exitCode: isMissing ? undefined : (result.status ?? 1), stdout: output === "read" ? result.stdout : "" };
};

try {
  const { values } = parseArgs({ options: { "plan-only": { type: "boolean", default: false } } });
  deploy({
    environment: process.env["ENVIRONMENT"],
    outDir: join(import.meta.dirname, "../../dist"),
    routeDocuments: loadRouteDocuments(join(import.meta.dirname, "../../../schemas/routes")),
    planOnly: values["plan-only"],
    runTerraform,
  });
} catch (error) {
  if (!(error instanceof InfraError || error instanceof RoutesError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
