import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { planText } from "./plan-text.ts";

const [folder = ""] = process.argv.slice(2);
for (const environment of ENVIRONMENTS) writeFileSync(join(folder, `${environment}.json`), planText(environment));
