import { mkdirSync, appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { openS3 } from "@millrace/stored-events";
import { parseS3Url } from "../cli/s3-url.ts";
import { LocationError, UsageError } from "../errors.ts";

/** Identities that were put back before, so that a second run delivers nothing twice. */
export interface Ledger {
  readonly keys: readonly string[];
  add(keys: readonly string[]): Promise<void>;
  close(): void;
}

/** Opens the ledger in a file, or in an object, which is rewritten with every batch. One run at a time. */
export async function openLedger(location: string): Promise<Ledger> {
  return location.startsWith("s3://") ? openObject(location) : openFile(location);
}

function openFile(file: string): Ledger {
  const keys = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return {
    keys,
    add(added) {
      if (added.length === 0) return Promise.resolve();
      mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, `${added.join("\n")}\n`);
      return Promise.resolve();
    },
    close: () => undefined,
  };
}

async function openObject(url: string): Promise<Ledger> {
  const { bucket, key } = parseS3Url(url);
  if (key === "") throw new UsageError(`Expected s3://bucket/key, got ${url}`);
  const s3 = await openS3();
  try {
    let text = (await s3.getText(bucket, key)) ?? "";
    return {
      keys: text.split("\n").filter(Boolean),
      async add(added) {
        if (added.length === 0) return;
        text += `${added.join("\n")}\n`;
        await s3.put(bucket, key, text);
      },
      close: () => s3.close(),
    };
  } catch (error) {
    s3.close();
    throw LocationError.from(url, error);
  }
}
