import { expect, test } from "@jest/globals";
import { failureReason } from "../../src/build/failure-reason.ts";

/** As turbo prints what a task has printed, and its own words around. */
const turboOutput = (printed: string): string => `
   • turbo 2.11.11
   • Packages in scope: @millrace/infra, @millrace/ingest

@millrace/enrichment:build: cache miss, executing e87c035b3ff53596
@millrace/enrichment:build: 
@millrace/enrichment:build: > @millrace/enrichment@0.1.0 build /repository/apps/enrichment
@millrace/enrichment:build: > node --conditions=@millrace/source scripts/build.ts
${printed.replaceAll(/^/gm, "@millrace/enrichment:build: ")}
@millrace/enrichment:build:  ELIFECYCLE  Command failed with exit code 1.
@millrace/enrichment#build:  ERROR  command (/repository/apps/enrichment) pnpm run build exited (1)

 Tasks:    0 successful, 2 total
Cached:    0 cached, 2 total
  Time:    3.92s 
Failed:    @millrace/enrichment#build

 ERROR  run failed: command  exited (1)
`;

test("an error that ended a program is its message, whole, however long its members are", () => {
  const faults = Array.from({ length: 20 }, (_, index) => `  events/a/${index}.json#: It is not JSON. Correct it.`);
  const printed = `file:///repository/packages/contract-tools/src/registry/load-registry.ts:18
  if (faults.length > 0) throw new RegistryError(faults);
                               ^

RegistryError: 20 fault(s) in the schemas:
${faults.join("\n")}
    at loadRegistry (file:///repository/packages/contract-tools/src/registry/load-registry.ts:18:32)
    at async node:internal/modules/esm/loader:647:26 {
  code: 'MILLRACE_REGISTRY',
  faults: [
${faults.map((fault) => `    { message: '${fault}' },`).join("\n")}
  ]
}

Node.js v24.21.0`;
  expect(failureReason(turboOutput(printed)).split("\n")).toEqual([
    "RegistryError: 20 fault(s) in the schemas:",
    ...faults,
  ]);
});

test("an error with a cause is both messages", () => {
  const printed = `BundlingFailedError: Could not bundle src/handler.ts: see the cause, fix the source and build again.
    at bundleCode (file:///repository/packages/lambda-bundle/src/bundle-function.ts:174:11) {
  code: 'BUNDLING_FAILED',
  [cause]: Error: Build failed with 1 error:
  handler.ts:67:5: ERROR: Expected ";" but found "is"
      at failureErrorWithLog (/repository/node_modules/esbuild/lib/main.js:1752:15) {
    errors: [Getter/Setter],
  }
}

Node.js v24.21.0`;
  expect(failureReason(turboOutput(printed)).split("\n")).toEqual([
    "BundlingFailedError: Could not bundle src/handler.ts: see the cause, fix the source and build again.",
    "Error: Build failed with 1 error:",
    '  handler.ts:67:5: ERROR: Expected ";" but found "is"',
  ]);
});

test("a program that ended by itself is its last lines, without those of its runners", () => {
  const printed = Array.from({ length: 30 }, (_, index) => `fault ${index}`).join("\n");
  expect(failureReason(turboOutput(printed)).split("\n")).toEqual(
    Array.from({ length: 12 }, (_, index) => `fault ${index + 18}`),
  );
});
