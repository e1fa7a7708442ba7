import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the console of a state folder answers: the same from one start to the next, so that an open page goes on. */
export interface ConsolePlace {
  /** The first part of every path. */
  readonly token: string;
  /** 0: any free port. */
  readonly port: number;
}

const fileName = "console.json";
const TOKEN_BYTES = 24;

/** The place of the last run that had the folder, or a new one. */
export function readConsolePlace(root: string): ConsolePlace {
  try {
    const { token, port } = JSON.parse(readFileSync(join(root, fileName), "utf8")) as Partial<ConsolePlace>;
    if (typeof token === "string" && /^[\w-]{32,}$/.test(token) && Number.isInteger(port)) {
      return { token, port: Number(port) };
    }
  } catch {
    // There is none yet.
  }
  return { token: randomBytes(TOKEN_BYTES).toString("base64url"), port: 0 };
}

/** Keeps it for the next run. Only the owner of the folder reads it. */
export function keepConsolePlace(root: string, place: ConsolePlace): void {
  writeFileSync(join(root, fileName), JSON.stringify(place), { mode: 0o600 });
}
