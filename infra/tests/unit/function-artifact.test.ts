import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FunctionArtifactError } from "../../src/errors.ts";
import { builtArtifacts, type FunctionArtifact } from "../../src/inputs/function-artifact.ts";

const manifest = { file: "function.zip", handler: "index.handler", sha256Base64: `${"A".repeat(43)}=` };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "millrace-artifact-"));
  mkdirSync(join(root, "apps/router/dist"), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (name: string, text: string): void => writeFileSync(join(root, "apps/router/dist", name), text);
const read = (): FunctionArtifact =>
  builtArtifacts({ root, stackFolder: join(root, "infra/dist/stacks/dev") })("router");

test("the zip is named relative to the folder that Terraform runs in", () => {
  write("function.json", JSON.stringify(manifest));
  write("function.zip", "");
  expect(read()).toEqual({
    zipPath: "../../../../apps/router/dist/function.zip",
    handler: "index.handler",
    sha256Base64: manifest.sha256Base64,
  });
});

test("a function that is not built is answered with the command that builds it", () => {
  expect(read).toThrow(FunctionArtifactError);
  expect(read).toThrow("Run: pnpm turbo run build --filter=@millrace/router");
});

test("a description without its zip is not taken for a build", () => {
  write("function.json", JSON.stringify(manifest));
  expect(read).toThrow("function.zip does not exist");
});

test.each([
  ["no JSON", "{", "is not JSON"],
  ["a path as file", JSON.stringify({ ...manifest, file: "../function.zip" }), "Expected `file`"],
  ["no handler", JSON.stringify({ ...manifest, handler: undefined }), "Expected `handler` to match"],
  ["a hexadecimal hash", JSON.stringify({ ...manifest, sha256Base64: "ab".repeat(32) }), "Expected `sha256Base64`"],
])("a description with %s is refused", (_title, text, message) => {
  write("function.json", text);
  expect(read).toThrow(message);
});
