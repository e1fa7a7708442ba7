import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { writePackageManagerScript } from "../../src/build/package-manager-script.ts";

describe("the script that npx finds", () => {
  let root: string;
  let cache: string;
  let program: string;
  const script = (): string => join(root, "node_modules", ".bin", "pnpm@10.34.9");
  const path = (): string => `./node_modules/.bin:${cache}:${process.env["PATH"] ?? ""}`;
  const environment = (version = "10.34.9"): NodeJS.ProcessEnv => ({
    npm_execpath: program,
    npm_config_user_agent: `pnpm/${version} npm/? node/v24.21.0 linux x64`,
    PATH: path(),
  });
  const executable = (file: string, text: string): void => writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const run = (...args: string[]): string => execFileSync(script(), args, { encoding: "utf8" });

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "millrace's script-")));
    cache = join(root, "cache");
    program = join(root, "pnpm.cjs");
    for (const folder of [cache, join(root, "node_modules", ".bin")]) mkdirSync(folder, { recursive: true });
    executable(program, 'echo "$@ with $(command -v pnpm)"');
    symlinkSync(program, join(cache, "pnpm"));
    writeFileSync(join(root, "package.json"), JSON.stringify({ packageManager: "pnpm@10.34.9+sha512.00" }));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test("runs the pnpm that wrote it, with its folder on the path", () => {
    expect(writePackageManagerScript(root, environment())).toBe(true);
    expect(writePackageManagerScript(root, environment())).toBe(true);
    expect(run("start", "--rate 5")).toBe(`start --rate 5 with ${join(cache, "pnpm")}\n`);
  });

  test("replaces a link, not the program behind it", () => {
    symlinkSync(program, script());
    expect(writePackageManagerScript(root, environment())).toBe(true);
    expect(run("start")).toBe(`start with ${join(cache, "pnpm")}\n`);
  });

  test("deletes itself and leaves the call to npx when its pnpm is gone", () => {
    writePackageManagerScript(root, environment());
    rmSync(program);
    executable(join(cache, "npx"), 'echo "npx $@"');
    // As npx calls it: by its name.
    const output = execFileSync("sh", ["-c", 'pnpm@10.34.9 "$@"', "sh", "start", "--rate 5"], {
      encoding: "utf8",
      env: { PATH: `${join(script(), "..")}:${cache}:/usr/bin:/bin` },
    });
    expect(output).toBe("npx -y pnpm@10.34.9 start --rate 5\n");
    expect(existsSync(script())).toBe(false);
  });

  test("is written for no other version, nothing that cannot be executed, and no pnpm that is not on the path", () => {
    expect(writePackageManagerScript(root, environment("10.34.8"))).toBe(false);
    expect(writePackageManagerScript(root, {})).toBe(false);
    expect(writePackageManagerScript(root, { ...environment(), PATH: "/usr/bin" })).toBe(false);
    chmodSync(program, 0o644);
    expect(writePackageManagerScript(root, environment())).toBe(false);
    expect(existsSync(script())).toBe(false);
  });

  test("is no obstacle where it cannot be written", () => {
    rmSync(join(root, "node_modules"), { recursive: true });
    expect(writePackageManagerScript(root, environment())).toBe(false);
  });
});
