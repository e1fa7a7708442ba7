import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { nodeOptionsOf, packageFolder, readDockerfile, repositoryFolder, textsOf } from "../support/dockerfile.ts";

const [build, runtime, ...others] = readDockerfile();

const copiedSources = textsOf(build, "COPY").flatMap((text) => text.split(" ").slice(0, -1));

test("there is a stage that builds and a stage that runs, both on Node 24", () => {
  expect(others).toEqual([]);
  expect(build?.base).toMatch(/^node:24-/);
  expect(runtime?.base).toMatch(/\/nodejs24-/);
});

test("what runs is the bundle alone: nothing is installed, nothing but the bundle is copied", () => {
  expect(textsOf(runtime, "RUN")).toEqual([]);
  expect(textsOf(runtime, "COPY")).toEqual(["--from=build /bundle/ ./"]);
  expect(textsOf(build, "RUN").at(-1)).toBe("node apps/ingest/scripts/build.ts /bundle/main.mjs");
});

test("it runs as a user that is not root, by number, so that Kubernetes can check it", () => {
  expect(textsOf(runtime, "USER")).toEqual(["10001:10001"]);
});

test("the process is number 1 and gets the signals: no shell in between", () => {
  const [entry = ""] = textsOf(runtime, "ENTRYPOINT");
  expect(JSON.parse(entry)).toEqual(["/nodejs/bin/node", ...nodeOptionsOf(runtime), "/app/main.mjs"]);
  expect(nodeOptionsOf(runtime).filter((option) => !option.startsWith("--"))).toEqual([]);
  expect(textsOf(runtime, "STOPSIGNAL")).toEqual(["SIGTERM"]);
});

test("everything copied exists and is let into the build context", () => {
  const ignore = readFileSync(`${packageFolder}/Dockerfile.dockerignore`, "utf8").split("\n");
  const allowed = ignore.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  expect(copiedSources.filter((source) => !existsSync(`${repositoryFolder}/${source}`))).toEqual([]);
  expect([...copiedSources].sort()).toEqual([...allowed].sort());
});

test("every package of the workspace that the service imports is copied and installed", () => {
  const { dependencies } = JSON.parse(readFileSync(`${packageFolder}/package.json`, "utf8")) as {
    dependencies: Record<string, string>;
  };
  const [install = ""] = textsOf(build, "RUN").filter((text) => text.startsWith("pnpm install"));
  // Development dependencies are a gigabyte: SDKs of other vendors, and a Chromium.
  expect(install).toContain("--frozen-lockfile --prod");
  for (const name of Object.keys(dependencies).filter((dependency) => dependency.startsWith("@millrace/"))) {
    const folder = name.replace("@millrace/", "packages/");
    expect(copiedSources).toContain(`${folder}/package.json`);
    expect(copiedSources).toContain(`${folder}/src`);
    expect(install).toContain(`--filter ${name}`);
  }
});

/** Packages that the TypeScript of a copied file or folder imports. */
function importsOf(source: string): string[] {
  const path = join(repositoryFolder, source);
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" }).map((file) => join(path, file))
    : [path];
  return files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type)[^;]*? from "((?:@[\w-]+\/)?[\w-]+)["/]/gm),
    ])
    .map(([, name = ""]) => name);
}

test("every package of the workspace that a copied source imports is copied and installed", () => {
  const [install = ""] = textsOf(build, "RUN").filter((text) => text.startsWith("pnpm install"));
  const imported = new Set(
    copiedSources.flatMap((source) => importsOf(source)).filter((name) => name.startsWith("@millrace/")),
  );
  expect(imported.size).toBeGreaterThan(5);
  for (const name of imported) {
    expect(copiedSources).toContain(`${name.replace("@millrace/", "packages/")}/src`);
    expect(install).toContain(`--filter ${name}`);
  }
});

test.each(["enrichment", "ingest"])("the build of %s needs no development dependency", (app) => {
  const { dependencies } = JSON.parse(readFileSync(`${repositoryFolder}/apps/${app}/package.json`, "utf8")) as {
    dependencies: Record<string, string>;
  };
  const sources = copiedSources.filter((source) => source.startsWith(`apps/${app}/`));
  const imported = new Set(sources.flatMap((source) => importsOf(source)));
  expect(imported.size).toBeGreaterThan(3);
  expect([...imported].filter((name) => !(name in dependencies))).toEqual([]);
});

test("pnpm has the version that the repository names", () => {
  const { packageManager } = JSON.parse(readFileSync(`${repositoryFolder}/package.json`, "utf8")) as {
    packageManager: string;
  };
  expect(textsOf(build, "RUN")).toContain(`npm install --global ${packageManager}`);
});
