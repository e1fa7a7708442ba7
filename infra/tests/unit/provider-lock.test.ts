import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Terraform } from "../../src/deploy/terraform.ts";
import { keepProviderLock, placeProviderLock } from "../../src/inputs/provider-lock.ts";

const root = mkdtempSync(join(tmpdir(), "millrace-lock-"));
const folder = join(root, "stacks/dev");
const placed = join(folder, ".terraform.lock.hcl");
const committed = join(root, "providers.lock.hcl");
afterAll(() => rmSync(root, { recursive: true }));

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(committed, { force: true });
  mkdirSync(folder, { recursive: true });
});

describe("the hashes of the providers", () => {
  test("lie beside a plan once they are committed", () => {
    writeFileSync(committed, "hashes");
    writeFileSync(placed, "what an init had written");
    placeProviderLock(committed, folder);
    expect(readFileSync(placed, "utf8")).toBe("hashes");
  });

  test("that an init has written stay while none are committed", () => {
    placeProviderLock(committed, folder);
    expect(existsSync(placed)).toBe(false);
    writeFileSync(placed, "of the first init");
    placeProviderLock(committed, folder);
    expect(readFileSync(placed, "utf8")).toBe("of the first init");
  });

  test("are asked of Terraform for every platform, and kept where they are committed", async () => {
    writeFileSync(join(folder, "cdk.tf.json"), "{}");
    const calls: (readonly string[])[] = [];
    const terraform = new Terraform("dev", root, (args) => {
      calls.push(args);
      writeFileSync(placed, "hashes of two platforms");
      return Promise.resolve({ exitCode: 0, stdout: "" });
    });
    await terraform.lockProviders(["linux_amd64", "darwin_arm64"]);
    expect(calls).toEqual([
      [`-chdir=${folder}`, "providers", "lock", "-platform=linux_amd64", "-platform=darwin_arm64"],
    ]);
    keepProviderLock(terraform.folder, committed);
    expect(readFileSync(committed, "utf8")).toBe("hashes of two platforms");
  });
});
