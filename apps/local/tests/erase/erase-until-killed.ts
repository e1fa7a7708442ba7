/** `pnpm privacy erase` that dies by SIGKILL at an object: `<step> <state folder> <value>`, for the drill. */
import { runPrivacyCli } from "@millrace/privacy-tools";
import { openLaptop } from "../../src/privacy/open-laptop.ts";
import { stateFolders } from "../../src/runtime/folders.ts";

const [step = "", state = "", value = ""] = process.argv.slice(2);
let seen = 0;
await runPrivacyCli(["erase", "--email", "-", "--reason", "drill", "--by", "drill", "--yes"], {
  terminal: { out: () => undefined, err: () => undefined, readLine: () => Promise.resolve(value) },
  open: (options) => openLaptop(stateFolders(state), options),
  onObject: () => {
    if (seen++ === Number(step)) process.kill(process.pid, "SIGKILL");
  },
});
