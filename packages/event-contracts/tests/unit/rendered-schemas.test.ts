import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { renderSchemas } from "../../src/render/render-schemas.ts";

const root = join(import.meta.dirname, "../../../../schemas");

describe("schemas rendered from zod", () => {
  test.each([...renderSchemas()])(
    "%s on disk is what the contract renders to (`pnpm schemas render`)",
    (path, text) => {
      expect(readFileSync(join(root, path), "utf8")).toBe(text);
    },
  );

  test("refer to the shared context instead of copying it", () => {
    const click = JSON.parse(renderSchemas().get("events/search/click/1-0-0.json") ?? "");
    expect(click.properties.context).toEqual({ $ref: "https://millrace.example/schemas/shared/context/1-0-0.json" });
  });
});
