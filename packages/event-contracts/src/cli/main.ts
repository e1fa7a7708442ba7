import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderAll } from "../render/render-all.ts";

const root = join(import.meta.dirname, "../../../..");
for (const [path, text] of renderAll(root)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
