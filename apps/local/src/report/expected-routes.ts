import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StackError } from "@millrace/topology";

/** A route as the reconciliation reads it: straight from the document, with nothing of the code under test. */
export interface ExpectedRoute {
  /** `<application>/<route>`. */
  readonly name: string;
  /** Name of its stream, queue or bus in the document. */
  readonly destination: string;
  readonly pattern: unknown;
}

interface Document {
  readonly application: string;
  readonly routes: readonly {
    readonly name: string;
    readonly pattern: unknown;
    readonly destination: { readonly stream?: string; readonly queue?: string; readonly bus?: string };
  }[];
}

/** The routes of every document in `folder`, by name. @throws StackError when a document is not JSON. */
export function readExpectedRoutes(folder: string): readonly ExpectedRoute[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json") && !file.endsWith(".schema.json"))
    .sort()
    .flatMap((file) => {
      const { application, routes } = readDocument(join(folder, file));
      return routes.map(({ name, pattern, destination }) => ({
        name: `${application}/${name}`,
        destination: destination.stream ?? destination.queue ?? destination.bus ?? "",
        pattern,
      }));
    });
}

function readDocument(path: string): Document {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Document;
  } catch (cause) {
    throw new StackError(`${path} is not a route document: ${(cause as Error).message}`, { cause });
  }
}
