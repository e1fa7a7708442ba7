import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { renderSchemas } from "../render/render-schemas.ts";

const root = join(import.meta.dirname, "../../../../schemas");
for (const [path, text] of renderSchemas()) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
