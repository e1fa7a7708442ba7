import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CompiledContracts } from "@millrace/event-contracts";
import { loadContracts } from "../src/load-contracts.ts";

const baseUrl = "https://millrace.example/schemas";

/** The type of the `index`-th contract of a grown registry. */
export const grownType = (index: number): string => `grown.click-${index}`;

/** Loads a registry of `count` contracts, each `search.click` with a property of its own. */
export function loadGrownContracts(schemasFolder: string, count: number): CompiledContracts {
  return withGrownSchemas(schemasFolder, count, loadContracts, (index) => ({
    [`own${index}`]: { description: "No other contract has it.", type: "string", maxLength: index + 1 },
  }));
}

/** Gives `use` a schemas folder of `count` contracts, each `search.click` with properties of its own. */
export function withGrownSchemas<Result>(
  schemasFolder: string,
  count: number,
  use: (folder: string) => Result,
  ownProperties: (index: number) => object,
): Result {
  const root = mkdtempSync(join(tmpdir(), "contract-growth-"));
  const write = (path: string, document: object) => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ ...document, $id: `${baseUrl}/${path}` }));
  };
  const read = (path: string) => JSON.parse(readFileSync(join(schemasFolder, path), "utf8")) as object;
  try {
    for (const shared of ["shared/context/1-0-0.json", "envelope/raw-event/1-0-0.json"]) write(shared, read(shared));
    const click = read("events/search/click/1-0-0.json") as { properties: object };
    for (let index = 0; index < count; index++) {
      const properties = { ...click.properties, ...ownProperties(index) };
      write(`events/grown/click-${index}/1-0-0.json`, { ...click, properties });
    }
    return use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
