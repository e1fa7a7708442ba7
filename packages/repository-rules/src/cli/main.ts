import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  checkConstants,
  checkDecisions,
  checkDiagrams,
  checkErrorCodes,
  checkLinks,
  checkProse,
  checkReadmes,
  type Document,
  errorCodesPath,
  indexPath,
  renderErrorCodes,
  renderIndex,
} from "../index.ts";

const root = join(import.meta.dirname, "../../../..");
const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });

/** Every file that is or would be committed, without those that were deleted. */
function listFiles(): readonly string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const output = execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  return output.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
}

function readDocuments(paths: readonly string[]): readonly Document[] {
  return paths
    .filter((path) => /\.(?:md|ts|mts|js|mjs|cjs)$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

if (values.write) {
  const pages = readDocuments(listFiles().filter((path) => path.endsWith(".md")));
  writeFileSync(join(root, indexPath), renderIndex(pages));
  writeFileSync(join(root, errorCodesPath), renderErrorCodes(pages));
}
const paths = listFiles();
const files = readDocuments(paths);
const documents = files.filter(({ path }) => path.endsWith(".md"));
const faults = [
  ...checkDecisions(documents),
  ...checkLinks(documents, paths),
  ...checkReadmes(documents),
  ...checkDiagrams(documents),
  ...checkErrorCodes(documents),
  ...checkProse(files),
  ...checkConstants(files),
];
for (const { file, line, code, message } of faults) console.log(`${file}:${line} ${code}: ${message}`);
console.log(`${files.length} files, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
