import { authoredContracts } from "../contracts/authored.ts";
import { renderZod } from "./render-zod.ts";

/** Every rendered file below `schemas/`: path → text. */
export function renderSchemas(): Map<string, string> {
  return new Map(
    Object.entries(renderZod(authoredContracts)).map(([path, schema]) => [
      path,
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  );
}
