import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import createMarkdown from "markdown-it";
import type { Document, Fault } from "./document.ts";

interface Link {
  readonly url: string;
  readonly line: number;
}

interface Page {
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
}

const hasScheme = /^[a-z][a-z0-9+.-]*:|^\/\//i;

/**
 * Finds relative links of Markdown files that lead nowhere.
 *
 * @param documents The Markdown files to look through.
 * @param paths Every file of the repository; their folders exist too.
 */
export function checkLinks(documents: readonly Document[], paths: Iterable<string>): readonly Fault[] {
  const places = withFolders(paths);
  const pages = new Map(documents.map((document) => [document.path, readPage(document.text)]));
  return documents.flatMap(({ path }) =>
    (pages.get(path)?.links ?? []).flatMap(({ url, line }) => {
      const fault = findFault(path, url, places, pages);
      return fault === undefined ? [] : [{ file: path, line, ...fault }];
    }),
  );
}

function findFault(
  from: string,
  url: string,
  places: ReadonlySet<string>,
  pages: ReadonlyMap<string, Page>,
): Pick<Fault, "code" | "message"> | undefined {
  if (hasScheme.test(url)) return undefined;
  const [file = "", anchor = ""] = url.split("#").map(decode);
  const target = file === "" ? from : posix.join(posix.dirname(from), file).replace(/\/$/, "");
  if (!places.has(target)) return { code: "broken-link", message: `${target} does not exist.` };
  const page = pages.get(target);
  if (anchor === "" || page === undefined || page.anchors.has(anchor)) return undefined;
  return { code: "broken-anchor", message: `${target} has no heading #${anchor}.` };
}

const markdown = createMarkdown({ html: true });

function readPage(text: string): Page {
  const links: Link[] = [];
  const anchors = new Set<string>();
  const slugger = new GithubSlugger();
  let line = 1;
  let isHeading = false;
  for (const { type, map, children } of markdown.parse(text, {})) {
    // A cell of a table has no line of its own; its row has.
    if (map !== null) line = map[0] + 1;
    isHeading = type === "heading_open" || (isHeading && type !== "heading_close");
    for (const child of children ?? []) {
      const url = child.attrGet("href") ?? child.attrGet("src");
      if (typeof url === "string") links.push({ url, line });
    }
    if (isHeading && children !== null) anchors.add(slugger.slug(children.map(({ content }) => content).join("")));
  }
  return { links, anchors };
}

function withFolders(paths: Iterable<string>): ReadonlySet<string> {
  const places = new Set<string>(["."]);
  for (const path of paths) {
    for (let place = path; place !== "." && !places.has(place); place = posix.dirname(place)) places.add(place);
  }
  return places;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
