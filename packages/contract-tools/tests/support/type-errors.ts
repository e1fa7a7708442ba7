import ts from "typescript-api";

/** The errors that the compiler finds in a module, in its strict mode. */
export function typeErrors(text: string): string[] {
  const host = ts.createCompilerHost({});
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) =>
    name === "a.ts" ? ts.createSourceFile(name, text, version) : read(name, version);
  const program = ts.createProgram(["a.ts"], { strict: true, noEmit: true, lib: ["lib.es2023.d.ts"], types: [] }, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
