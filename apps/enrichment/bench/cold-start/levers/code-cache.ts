import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Bundle, environment } from "../start.ts";

// index.js of a zip with V8's own cache, which is given to V8 with the source.
const withCodeCache = `
const { readFileSync } = require("node:fs");
const { wrap } = require("node:module");
const { join } = require("node:path");
const { Script } = require("node:vm");
const filename = join(__dirname, "bundle.js");
const source = wrap(readFileSync(filename, "utf8"));
const script = new Script(source, { filename, cachedData: readFileSync(join(__dirname, "bundle.cache")) });
script.runInThisContext()(exports, require, module, filename, __dirname);
module.exports.isCacheRefused = script.cachedDataRejected;
`;

// index.js of a zip with Node's own store of such caches.
const withCompileCache = `
require("node:module").enableCompileCache(require("node:path").join(__dirname, "cache"));
module.exports = require("./bundle.js");
`;

// Runs the function once, so that what a cold start compiles is in the cache, and not the outer function alone.
const makeCodeCache = `
const { readFileSync, writeFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname } = require("node:path");
const { Script } = require("node:vm");
const [, filename, cache] = process.argv;
const script = new Script(wrap(readFileSync(filename, "utf8")), { filename });
const bundle = { exports: {} };
script.runInThisContext()(bundle.exports, createRequire(filename), bundle, filename, dirname(filename));
bundle.exports.handler({ Records: [] }, { getRemainingTimeInMillis: () => 30000 }).then(() => {
  writeFileSync(cache, script.createCachedData());
  process.exit();
});
`;

/** The function with V8's cache beside it, made by a Node with these flags. */
export function withV8Cache(name: string, ours: Bundle, target: string, flags: readonly string[] = []): Bundle {
  const bundle = copyBeside(name, ours, target, withCodeCache);
  writeCodeCache(target, "bundle.cache", flags);
  return bundle;
}

/** The function with a folder that `module.enableCompileCache` has filled, and cannot write to. */
export function withNodeCache(name: string, ours: Bundle, target: string): Bundle {
  const bundle = copyBeside(name, ours, target, withCompileCache);
  const script = `require(${JSON.stringify(bundle.index)}); require("node:module").flushCompileCache();`;
  execFileSync(process.execPath, ["-e", script], { env: environment });
  chmodSync(join(target, "cache"), 0o555);
  return bundle;
}

/** Compares two caches of one bundle, made by one Node, byte by byte, and tells which flags of Node accept one. */
export function examineV8Cache(ours: Bundle, target: string): Readonly<Record<string, boolean | number>> {
  const { index } = withV8Cache("examined", ours, target);
  const bytes = (cache: string, flags: readonly string[]) => writeCodeCache(target, cache, flags);
  const isSame = (flags: readonly string[]) => bytes("first.cache", flags).equals(bytes("second.cache", flags));
  const isTakenBy = (flags: readonly string[]) => {
    const script = `process.exitCode = require(${JSON.stringify(index)}).isCacheRefused ? 3 : 0; process.exit();`;
    try {
      execFileSync(process.execPath, [...flags, "-e", script], { env: environment });
      return true;
    } catch (error) {
      if ((error as { status?: number }).status === 3) return false;
      throw error;
    }
  };
  const isTakenAfter = (flags: readonly string[]) => {
    bytes("bundle.cache", flags);
    return isTakenBy([]);
  };
  return {
    cacheBytes: readFileSync(join(target, "bundle.cache")).length,
    isSameTwice: isSame([]),
    isSameTwiceWithPredictable: isSame(["--predictable"]),
    isTakenByTheSameNode: isTakenBy([]),
    isTakenWithMaxOldSpaceSize: isTakenBy(["--max-old-space-size=400"]),
    isTakenWithExposeGc: isTakenBy(["--expose-gc"]),
    // Last, because it overwrites the cache.
    isTakenWhenPredictable: isTakenAfter(["--predictable"]),
  };
}

function copyBeside(name: string, ours: Bundle, target: string, index: string): Bundle {
  mkdirSync(target, { recursive: true });
  cpSync(dirname(ours.index), target, { recursive: true });
  cpSync(ours.index, join(target, "bundle.js"));
  writeFileSync(join(target, "index.js"), index);
  return { name, index: join(target, "index.js"), bytes: ours.bytes };
}

function writeCodeCache(target: string, file: string, flags: readonly string[]): Buffer {
  const path = join(target, file);
  execFileSync(process.execPath, [...flags, "-e", makeCodeCache, join(target, "bundle.js"), path], {
    env: environment,
  });
  return readFileSync(path);
}
