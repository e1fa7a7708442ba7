import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPage, isPageFresh, pageFolder } from "../build-page.ts";

export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface PageFiles {
  /** @returns undefined for a path that is no file of the page */
  read(path: string): Promise<PageFile | undefined>;
}

/** The files of the page by their paths: nothing else of the disk can be asked for. */
const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
};

/** The page as it was built; what is not fresh is built when it is first asked for, so that no start waits for it. */
export function builtPage(): PageFiles {
  let building: Promise<void> | undefined;
  return {
    read: async (path) => {
      const file = files[path];
      if (file === undefined) return undefined;
      const [name, type] = file;
      if (path === "/" && !isPageFresh()) building = buildPage();
      await building;
      return { type, bytes: await readFile(join(pageFolder, name)) };
    },
  };
}
