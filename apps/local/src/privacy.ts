/**
 * `pnpm privacy`: finds a person in everything the pipeline stores, and erases them; on this machine, or in an
 * environment with the operator's own credentials.
 */
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { openStage, readPlace, runPrivacyCli } from "@millrace/privacy-tools";
import { runCommand } from "./control/run-command.ts";
import { openLaptop } from "./privacy/open-laptop.ts";
import { presentRoutes } from "./privacy/present-routes.ts";
import { defaultStateFolder, environmentsFile, stateFolders } from "./runtime/folders.ts";

/** Lines of standard input, which is opened when the first one is asked for. */
async function* lines(): AsyncGenerator<string, void> {
  yield* createInterface({ input: process.stdin });
}

await runCommand(async () => {
  const input = lines();
  process.exitCode = await runPrivacyCli(process.argv.slice(2), {
    terminal: {
      out: (text) => console.log(text),
      err: (text) => console.error(text),
      readLine: async () => {
        if (process.stdin.isTTY) console.error("Type the value, then Enter:");
        const next = await input.next();
        return next.done === true ? undefined : next.value;
      },
    },
    open: (options) =>
      options.stage === "local"
        ? openLaptop(stateFolders(resolve(options.state ?? defaultStateFolder)), options)
        : openStage({
            place: readPlace(environmentsFile, options.stage),
            keysSecret: options.keysSecret,
            routes: presentRoutes(),
          }),
  });
});
// An interface on standard input keeps the process alive.
process.exit();
