/**
 * Publishes the packages to a registry on this machine by the very commands of `.github/workflows/release.yml`, and
 * installs them from there into projects outside of the repository: `pnpm release:drill`.
 *
 * It needs npm's registry for the registry program, for older versions of Node and for the packages' own dependencies.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Readme } from "@millrace/jest-preset/readme";
import { parse } from "yaml";
import { packAll, type PackedPackage, publishedFolders } from "./pack.ts";
import { type ReleaseSettings, readReleaseSettings, root, sourceScope } from "./settings.ts";

const tools = join(root, ".local/release");
const scratch = mkdtempSync(join(tmpdir(), "millrace-release-"));

/** Versions of Node that an outside project may have; the first is the oldest that the packages promise. */
const nodeVersions = ["20.19.6", "22.23.5", "24.21.0"];

let faults = 0;
function report(title: string, isRight: boolean, detail: string): void {
  if (!isRight) faults += 1;
  process.stdout.write(`${isRight ? "✓" : "✗"} ${title}: ${detail}\n`);
}

function install(folder: string, manifest: object): void {
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify(manifest);
  const file = join(folder, "package.json");
  if (existsSync(join(folder, "node_modules")) && readFileSync(file, "utf8") === text) return;
  writeFileSync(file, text);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--silent"], { cwd: folder, stdio: "inherit" });
}

/** A registry without an uplink: it has what was published to it, and nothing else. */
interface Registry {
  readonly url: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param refused name of a package that it refuses to publish */
async function startRegistry(port: number, refused?: string): Promise<Registry> {
  const folder = join(tools, "registry");
  // Its own node-fetch fails on chunked answers of newer Nodes.
  install(folder, { private: true, dependencies: { verdaccio: "6.8.0" }, overrides: { "node-fetch": "2.7.0" } });
  const config = {
    storage: join(scratch, "storage"),
    auth: { htpasswd: { file: join(scratch, "htpasswd") } },
    packages: {
      ...(refused === undefined ? {} : { [refused]: { access: "$all", publish: "nobody" } }),
      "**": { access: "$all", publish: "$all", unpublish: "nobody" },
    },
    log: { type: "stdout", format: "json", level: "error" },
    max_body_size: "50mb",
  };
  const file = join(scratch, "registry.yaml");
  writeFileSync(file, JSON.stringify(config));
  const program = join(folder, "node_modules/verdaccio/bin/verdaccio");
  const child = spawn(process.execPath, [program, "--config", file, "--listen", `127.0.0.1:${port}`], {
    stdio: "ignore",
  });
  const url = `http://127.0.0.1:${port}/`;
  const deadline = performance.now() + 60_000;
  for (;;) {
    const isUp = await fetch(`${url}-/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) break;
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`The registry did not start: ${program}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
}

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly id?: string; readonly run?: string }[] }>
  >;
}

/** The text of one step of the release workflow. */
function stepOf(job: string, id: string): string {
  const workflow = parse(readFileSync(join(root, ".github/workflows/release.yml"), "utf8")) as Workflow;
  const step = workflow.jobs[job]?.steps.find((candidate) => candidate.id === id);
  if (step?.run === undefined) throw new Error(`.github/workflows/release.yml has no step "${id}" in job "${job}"`);
  return step.run;
}

interface StepResult {
  readonly exitCode: number | null;
  readonly output: string;
  /** Outputs for later jobs. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs a step as a runner does: bash with `-e`, and a file for its outputs. */
function runStep(job: string, id: string, cwd: string, env: Readonly<Record<string, string>>): StepResult {
  const file = join(scratch, "outputs");
  writeFileSync(file, "");
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-eo", "pipefail", "-c", stepOf(job, id)],
    {
      cwd,
      encoding: "utf8",
      env: { ...process.env, ...env, GITHUB_OUTPUT: file },
    },
  );
  const pairs = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.includes("="))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  return { exitCode: status, output: stdout + stderr, outputs: Object.fromEntries(pairs) as Record<string, string> };
}

/** GitHub's command line, as far as the workflow uses it: it keeps the releases in a file. */
function writeGitHubStandIn(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, "");
  const script = [
    "#!/usr/bin/env bash",
    `case "$2" in`,
    `  view) cut -f1 '${file}' | grep -qxF -- "$3" ;;`,
    `  create) printf '%s\\t%s\\t%s\\n' "$3" "$5" "$(tr '\\n' ' ')" >> '${file}' ;;`,
    `  *) echo "gh $*: not known here" >&2; exit 2 ;;`,
    "esac",
    "",
  ].join("\n");
  writeFileSync(join(folder, "gh"), script, { mode: 0o755 });
}

/** A copy of what a release reads and writes, with the versions raised by the changesets that wait. */
function raiseVersions(): string {
  const copy = join(scratch, "repository");
  for (const file of ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", ".changeset", "LICENSE"]) {
    cpSync(join(root, file), join(copy, file), { recursive: true });
  }
  for (const file of globSync("{apps,packages}/*/package.json", { cwd: root }).concat("infra/package.json")) {
    cpSync(join(root, file), join(copy, file));
  }
  for (const folder of publishedFolders()) {
    for (const part of ["dist", "docs", "README.md"]) {
      if (existsSync(join(root, folder, part)))
        cpSync(join(root, folder, part), join(copy, folder, part), { recursive: true });
    }
  }
  execFileSync("git", ["init", "-q"], { cwd: copy });
  const changeset = join(root, "node_modules/@changesets/cli/bin.js");
  writeFileSync(
    join(copy, ".changeset/config.json"),
    readFileSync(join(copy, ".changeset/config.json"), "utf8").replace(
      '"@changesets/cli/changelog"',
      JSON.stringify(join(root, "node_modules/@changesets/cli/changelog")),
    ),
  );
  execFileSync(process.execPath, [changeset, "version"], { cwd: copy, stdio: "pipe" });
  // Nothing is installed in the copy, so that pnpm could not say which version a workspace dependency has.
  for (const folder of publishedFolders(copy)) {
    const manifest = join(copy, folder, "package.json");
    const { devDependencies: _devDependencies, ...kept } = JSON.parse(readFileSync(manifest, "utf8")) as {
      devDependencies?: unknown;
    };
    writeFileSync(manifest, JSON.stringify(kept));
  }
  return copy;
}

function nodeFolder(version: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(tools, `node-${version}`);
  install(folder, { private: true, dependencies: { [name]: version } });
  return join(folder, "node_modules", name, "bin");
}

/** Programs that an outside project runs, and what each prints. */
interface Program {
  readonly title: string;
  readonly code: string;
  readonly output: string;
}

/** Packages whose README runs without anything else; the first example of put-records asks for a stream. */
const selfContained = ["event-contracts", "event-pattern", "aws-simulator"];

const readmePrograms: readonly Program[] = selfContained.flatMap((name) =>
  new Readme(join(root, "packages", name)).examples.map(({ code, output }, index) => ({
    title: `README of ${name}, example ${index + 1}`,
    code,
    output,
  })),
);

/** Each of these failed on Node 20.19 once. */
const oldestNodePrograms: readonly Program[] = [
  {
    title: "five prefixes and digits that no double holds",
    code: [
      'import { compilePatterns, parseEventText } from "@millrace/event-pattern";',
      'const prefixes = Object.fromEntries(["a", "b", "c", "d", "e"].map((p) => [p, { t: [{ prefix: p }] }]));',
      `const long = parseEventText('{"n":[12345678901234567890]}');`,
      "const set = compilePatterns({ ...prefixes, long });",
      `console.log(set.matchText('{"t":"cab","n":12345678901234567890}').join());`,
      `console.log(set.matchText('{"t":"cab","n":12345678901234567891}').join());`,
    ].join("\n"),
    output: "c,long\nc\n",
  },
  {
    title: "put-records against the simulator",
    code: [
      'import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";',
      'import { createKinesisClient, createPutRecords } from "@millrace/put-records";',
      'const kinesis = new Kinesis({ region: "eu-west-1" });',
      'kinesis.createStream({ streamName: "orders" });',
      "const server = await startKinesisServer(kinesis);",
      'Object.assign(process.env, { AWS_ENDPOINT_URL_KINESIS: server.url, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });',
      'const client = createKinesisClient({ region: "eu-west-1" });',
      'const orders = createPutRecords({ client, streamName: "orders" });',
      "const records = Array.from({ length: 1200 }, (_, i) => ({ partitionKey: `k${i}`, data: Buffer.from(`${i}\\n`) }));",
      "const deliveries = await orders.put(records);",
      'const sent = orders.send({ partitionKey: "k", data: Buffer.from("x\\n") });',
      "await orders.flush();",
      "console.log([...deliveries, await sent].filter(({ status }) => status === 'delivered').length);",
      "await orders.close();",
      "client.destroy();",
      "await server.close();",
    ].join("\n"),
    output: "1201\n",
  },
  {
    title: "the client of events, with an answer that is lost",
    code: [
      'import { createServer } from "node:http";',
      'import { createClient } from "@millrace/client";',
      "const ids = [];",
      "const server = createServer(async (request, response) => {",
      '  const packed = new Response(request).body.pipeThrough(new DecompressionStream("gzip"));',
      "  const events = await new Response(packed).json();",
      "  ids.push(...events.map(({ id }) => id));",
      "  if (ids.length === events.length) request.socket.destroy();",
      "  else response.writeHead(202).end(JSON.stringify({ accepted: events.length }));",
      "}).listen(0);",
      'await new Promise((resolve) => server.once("listening", resolve));',
      "const url = `http://127.0.0.1:${server.address().port}`;",
      'const client = createClient({ url, writeKey: "key", source: "/drill", random: () => 0 });',
      'const sent = Array.from({ length: 20 }, (_, index) => client.send("drill.event", { index }));',
      "console.log(await client.close(), ids.join() === [...sent, ...sent].join());",
      "server.closeAllConnections();",
      "server.close();",
    ].join("\n"),
    output: "true true\n",
  },
];

/** A new project on one version of Node that installs every package from the registry and runs the programs. */
function consume(version: string, url: string, packed: readonly PackedPackage[], { scope }: ReleaseSettings): void {
  const bin = nodeFolder(version);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };
  const folder = join(scratch, `project-${scope.slice(1)}-${version}`);
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries(
    packed.map(({ name, version: packedVersion }) => [name, `^${packedVersion}`]),
  );
  writeFileSync(join(folder, ".npmrc"), `${scope}:registry=${url}\n`);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      // Its README sends with the SDK's own command.
      dependencies: { ...dependencies, "@aws-sdk/client-kinesis": "^3.1143.0" },
    }),
  );
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--silent", "--prefer-offline"], {
    cwd: folder,
    env,
    stdio: "inherit",
  });
  const copies = globSync("node_modules/**/@aws-sdk/client-kinesis/package.json", { cwd: folder });
  report(
    `Node ${version}, ${scope}`,
    copies.length === 1,
    `${copies.length} copy of the SDK's client beside the project's own`,
  );
  for (const { title, code, output } of [...readmePrograms, ...oldestNodePrograms]) {
    const file = join(folder, "program.mjs");
    writeFileSync(file, stripTypeScriptTypes(code, { mode: "transform" }).replaceAll(`${sourceScope}/`, `${scope}/`));
    const { stdout, stderr } = spawnSync(join(bin, "node"), ["--no-warnings", file], { cwd: folder, encoding: "utf8" });
    report(
      `Node ${version}, ${scope}: ${title}`,
      stdout === output,
      stdout === output ? "printed what it should" : stdout + stderr,
    );
  }
}

async function drill(): Promise<void> {
  const settings = readReleaseSettings();
  const repository = raiseVersions();
  const port = await freePort();
  const registry = `http://127.0.0.1:${port}/`;
  const origin = { repository: "https://github.example/acme/millrace", commit: "0".repeat(40) };
  const packed = packAll(join(scratch, "tarballs"), {
    workspace: repository,
    settings: { ...settings, registry },
    origin,
  });
  for (const { name, version, tarball } of packed) {
    const files = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).split("\n");
    report(`${name}@${version}`, files.includes("package/CHANGELOG.md"), "its change log is in the tarball");
  }

  const releases = join(scratch, "releases.tsv");
  const bin = join(scratch, "bin");
  writeGitHubStandIn(bin, releases);
  const userconfig = join(scratch, "npmrc");
  writeFileSync(userconfig, `//127.0.0.1:${port}/:_authToken=drill\n`);
  const env = {
    PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
    NPM_CONFIG_USERCONFIG: userconfig,
    NODE_AUTH_TOKEN: "drill",
    GITHUB_SHA: origin.commit,
  };
  const publish = (): StepResult => runStep("publish", "publish", scratch, env);
  const tag = (up: string): StepResult => runStep("tag", "tag", scratch, { ...env, PACKAGES: up });
  const listOf = (text = "[]"): readonly string[] => JSON.parse(text) as string[];
  const names = packed.map(({ name, version }) => `${name}@${version}`);

  const refused = packed.at(-1)?.name ?? "";
  const first = await startRegistry(port, refused);
  const half = publish();
  report(
    "a publication that fails half-way",
    half.exitCode !== 0 && listOf(half.outputs["up"]).length === names.length - 1 && half.output.includes(refused),
    `exit ${half.exitCode}, up: ${half.outputs["up"] ?? "nothing"}`,
  );
  const halfTagged = tag(half.outputs["up"] ?? "[]");
  report(
    "tags after it",
    halfTagged.exitCode === 0,
    `${readFileSync(releases, "utf8").trim().split("\n").length} of ${names.length - 1}`,
  );
  await first.stop();

  const second = await startRegistry(port);
  const rest = publish();
  report(
    "the same publication again",
    rest.exitCode === 0 && listOf(rest.outputs["up"]).join() === names.join(),
    `exit ${rest.exitCode}, up: ${rest.outputs["up"] ?? "nothing"}`,
  );
  const again = publish();
  report("a third time", again.exitCode === 0, `exit ${again.exitCode}, nothing is published twice`);
  const tagged = tag(rest.outputs["up"] ?? "[]");
  const tags = readFileSync(releases, "utf8").trim().split("\n");
  report(
    "tags",
    tagged.exitCode === 0 &&
      tags.length === names.length &&
      tags.every((line) => line.split("\t")[1] === origin.commit),
    `${tags.length} of ${names.length}, each at the commit that made the tarball`,
  );
  report(
    "release notes",
    tags.every((line) => /(Major|Minor|Patch) Changes/.test(line)),
    "each holds the changes of its version",
  );

  for (const version of nodeVersions) consume(version, registry, packed, settings);

  const acme: ReleaseSettings = { scope: "@acme", access: "restricted", registry };
  rmSync(join(scratch, "tarballs"), { recursive: true });
  const renamed = packAll(join(scratch, "tarballs"), { workspace: repository, settings: acme, origin });
  const own = publish();
  report("under the name of another company", own.exitCode === 0, own.outputs["up"] ?? own.output);
  consume(nodeVersions[0] ?? "", registry, renamed, acme);
  await second.stop();
}

try {
  await drill();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`${faults === 0 ? "release drill passed" : `release drill: ${faults} fault(s)`}\n`);
process.exitCode = faults === 0 ? 0 : 1;
