import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

export type { Browser, BrowserContext, Page } from "playwright-core";

const systemNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"] as const;

/**
 * Starts a Chromium: the one `CHROMIUM` names, one on the path, or the one that comes in an npm package for Linux on
 * x64. Nothing is downloaded. `undefined` where there is none.
 */
export async function launchChromium(): Promise<Browser | undefined> {
  const executablePath = process.env["CHROMIUM"] ?? findOnPath() ?? (await findInPackage());
  if (executablePath === undefined) return undefined;
  // The arguments that the package proposes switch off the rules of origins, which are what is tested here.
  return playwright.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"], headless: true });
}

async function findInPackage(): Promise<string | undefined> {
  return process.platform === "linux" && process.arch === "x64" ? chromium.executablePath() : undefined;
}

function findOnPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.flatMap((folder) => systemNames.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
