import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CompiledContracts } from "@millrace/event-contracts";
import { loadContracts } from "../src/load-contracts.ts";

/** The contracts of a schemas folder with these documents: path below `schemas/` → JSON. */
export function contractsOf(documents: Readonly<Record<string, unknown>>): CompiledContracts {
  const folder = mkdtempSync(join(tmpdir(), "schemas-"));
  try {
    for (const [file, document] of Object.entries(documents)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), JSON.stringify(document));
    }
    return loadContracts(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
