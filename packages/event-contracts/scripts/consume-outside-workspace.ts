/**
 * Packs the package as it would be published, installs the tarball into an empty project outside of the workspace,
 * compiles a consumer under strict settings (declarations included), runs it, and bundles it for a browser. Prints the
 * sizes. Needs the registry for the package's dependencies.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const packageFolder = join(import.meta.dirname, "..");
const project = mkdtempSync(join(tmpdir(), "consumer-"));

function run(command: string, args: string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function bundleSize(entry: string): string {
  const { outputFiles } = buildSync({
    ...(entry.endsWith(".js")
      ? { entryPoints: [join(project, entry)] }
      : { stdin: { contents: entry, resolveDir: project } }),
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  return `${bytes.length} B, ${gzipSync(bytes).length} B with gzip`;
}

try {
  rmSync(join(packageFolder, "dist"), { recursive: true, force: true });
  run("tsc", ["-p", "tsconfig.build.json"], packageFolder);
  run("pnpm", ["pack", "--pack-destination", project], packageFolder);
  const tarball = readdirSync(project).find((name) => name.endsWith(".tgz")) ?? "";
  console.log(`tarball          ${statSync(join(project, tarball)).size} B`);

  const dependencies = { "@millrace/event-contracts": `file:./${tarball}` };
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module", dependencies }),
  );
  cpSync(join(packageFolder, "tests/fixtures/consumer"), project, { recursive: true });
  run("pnpm", ["install", "--ignore-workspace", "--prefer-offline", "--reporter=silent"], project);

  const installed = readdirSync(join(project, "node_modules/.pnpm")).filter((name) => /^[^.]+.*@\d/.test(name));
  console.log(`dependencies     ${installed.length}: ${installed.join(", ")}`);

  run("tsc", ["-p", "."], project);
  console.log("compiled         strict, declarations checked, no Node types");
  console.log(`ran              ${run(process.execPath, [join(project, "out/main.js")], project).trim()}`);
  console.log(`browser, all     ${bundleSize("out/main.js")}`);
  const core =
    'import { createEvent, encodeRecord } from "@millrace/event-contracts"; console.log(createEvent, encodeRecord);';
  console.log(`browser, builder ${bundleSize(core)}`);
  const decode = 'import { decodeRecord } from "@millrace/event-contracts"; console.log(decodeRecord);';
  console.log(`browser, decode  ${bundleSize(decode)}`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
