import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dayOnePage } from "./page.ts";

writeFileSync(join(import.meta.dirname, "../../../docs/day-one.md"), await dayOnePage());
