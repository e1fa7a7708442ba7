import { expect, test } from "@jest/globals";
import { checkProse } from "../../src/index.ts";

const wide = `${"word ".repeat(24)}words`;
const narrow = wide.slice(0, 120);

function faultsOf(path: string, text: string) {
  return checkProse([{ path, text }]).map(({ file, line, code }) => `${file}:${line} ${code}`);
}

test.each([
  ["a docstring", "/** What it is. */\nconst a = 1;", "src/a.ts:1 comment-what"],
  ["a docstring of several lines", "/**\n * What it is.\n */", "src/a.ts:2 comment-what"],
  ["a line comment", "const a = 1;\n// What it is.", "src/a.ts:2 comment-what"],
])("refuses %s that begins with What", (_, text, fault) => {
  expect(faultsOf("src/a.ts", text)).toEqual([fault]);
});

test.each([
  ["a later line of a docstring", "/**\n * It says\n * What it is.\n */"],
  ["a later line of line comments", "// It says\n// What it is."],
  ["a word that begins alike", "/** Whatever it is. */"],
  ["a string", 'const a = "What it is";'],
])("takes What in %s", (_, text) => {
  expect(faultsOf("src/a.ts", text)).toEqual([]);
});

test.each([
  ["src/a.ts", `/** ${wide} */`],
  ["src/a.ts", `  // ${wide}`],
  ["src/a.ts", `const a = 1; // ${wide}`],
  ["docs/a.md", wide],
  ["docs/a.md", `- ${wide}`],
])("refuses a wide line of %s: %s", (path, text) => {
  expect(faultsOf(path, text)).toEqual([`${path}:1 prose-width`]);
});

test.each([
  ["a line of 120 columns", "docs/a.md", narrow],
  ["a table", "docs/a.md", `| a |\n|---|\n| ${wide} |`],
  ["code", "docs/a.md", `\`\`\`\n${wide}\n\`\`\``],
  ["a word that cannot be wrapped", "docs/a.md", `See https://a.example/${"path/".repeat(24)}`],
  ["an example of a docstring", "src/a.ts", `/**\n * \`\`\`ts\n * ${wide}\n * \`\`\`\n */`],
  ["a directive", "src/a.ts", `/* oxlint-disable some-rule -- ${wide} */`],
  ["a string", "src/a.ts", `const a = "${wide}";`],
  ["a generated file", "src/generated/a.ts", `// ${wide}`],
  ["a generated page", "docs/a.md", `<!-- Generated from schemas/; do not edit. -->\n${wide}`],
])("takes %s", (_, path, text) => {
  expect(faultsOf(path, text)).toEqual([]);
});
