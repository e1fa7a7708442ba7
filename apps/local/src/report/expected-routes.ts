import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StackError } from "@millrace/topology";
import { matchesPattern } from "./pattern-oracle.ts";
import type { RouteOracle } from "./reconcile.ts";
import type { SentEvent } from "./sent-ledger.ts";

/** A route as the reconciliation reads it: straight from the document, with nothing of the code under test. */
export interface ExpectedRoute {
  /** `<application>/<route>`. */
  readonly name: string;
  readonly stream: string;
  readonly pattern: unknown;
}

interface Document {
  readonly application: string;
  readonly routes: readonly {
    readonly name: string;
    readonly pattern: unknown;
    readonly destination: { readonly stream: string };
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
        stream: destination.stream,
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

/** Says from the event as it was sent, and from the labels of who sent it, which routes it belongs to. */
export function createRouteOracle(routes: readonly ExpectedRoute[]): RouteOracle {
  return (event) => {
    const expected = expectEnriched(event);
    return routes.filter(({ pattern }) => matchesPattern(pattern, expected)).map(({ name }) => name);
  };
}

/** The part of the enriched event that the sender can know: what was sent, the verdict, the labels of the visitor. */
function expectEnriched({ planned, request }: SentEvent): Record<string, unknown> {
  const { browser, origin } = request.visitor;
  const { utm } = origin;
  const sent = planned.sent as { readonly data?: { readonly context?: { readonly pageUrl?: string } } };
  const isLanding = sent.data?.context?.pageUrl?.includes("utm_campaign=") === true;
  return {
    event: { ...sent, useragent: browser.userAgent },
    validation: { status: planned.fate },
    enrichment: {
      userAgent: { browser: { name: browser.browser }, os: { name: browser.os }, device: { type: browser.device } },
      bot: { isBot: browser.isBot },
      ...(isLanding && utm !== undefined
        ? { campaign: { source: utm.source, medium: utm.medium, name: utm.campaign } }
        : {}),
    },
  };
}
