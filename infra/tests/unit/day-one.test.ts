import { expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dayOnePage } from "../day-one/page.ts";

test("docs/day-one.md is what day one prints; pnpm --filter @millrace/infra run day-one writes it", async () => {
  expect(readFileSync(join(import.meta.dirname, "../../../docs/day-one.md"), "utf8")).toBe(await dayOnePage());
});
