import { authoredContracts } from "../contracts/authored.ts";
import { renderZod } from "./render-zod.ts";

/** Every schema file rendered from an authored contract, by path below `schemas/`. */
export function renderSchemas(): Map<string, string> {
  return new Map(
    Object.entries(renderZod(authoredContracts)).map(([path, schema]) => [
      path,
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  );
}
