import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderConformance, runConformance } from "../tests/conformance/run-conformance.ts";

// Rewrites docs/conformance.md: node --conditions=@millrace/source scripts/conformance.ts
const observations = await runConformance();
writeFileSync(join(import.meta.dirname, "..", "docs", "conformance.md"), renderConformance(observations));
for (const { conformanceCase, answers } of observations) {
  if (answers.millrace !== conformanceCase.aws) {
    process.exitCode = 1;
    console.error(`${conformanceCase.title}\n  AWS:      ${conformanceCase.aws}\n  millrace: ${answers.millrace}`);
  }
}
