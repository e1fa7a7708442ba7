import { createRequire } from "node:module";
import { join } from "node:path";
import { compilePatterns, type EventPattern } from "../src/index.ts";
import { measure, type Speed } from "./measure.ts";
import { createRoutes, SHAPES } from "./routes.ts";

/** Operators that the peer also knows. A pattern with any other operator it refuses when an event comes. */
const SHARED = ["exact", "prefix", "suffix", "equals-ignore-case", "numeric", "anything-but", "exists"];

/** The one method we call, of the plugin's class; it needs nothing of the rest. */
interface Plugin {
  verifyIsSubscribed(subscriber: { event: { pattern: { detail: EventPattern } } }, entry: { Detail: string }): boolean;
}

export interface PeerRow {
  readonly routes: number;
  readonly matches: boolean;
  readonly ours: Speed;
  readonly peer: Speed;
}

/**
 * Measures the matcher inside `serverless-offline-aws-eventbridge`, the only one the registry has, over the operators
 * that both know. It is no dependency: 177 packages for one method.
 *
 * @param folder where it is installed: `npm install --legacy-peer-deps serverless-offline-aws-eventbridge@2.2.4`
 */
export function measurePeer(
  folder: string,
  sizes: readonly number[],
  events: readonly string[],
  roundMs: number,
): PeerRow[] {
  const load = createRequire(join(folder, "package.json"));
  const { prototype } = load("serverless-offline-aws-eventbridge") as { prototype: object };
  const plugin = Object.create(prototype) as Plugin;
  const few = events.slice(0, 200);
  return sizes.map((routes) => {
    const named = sharedRoutes(routes);
    const set = compilePatterns(named);
    const subscribers = Object.entries(named).map(
      ([name, detail]) => [name, { event: { pattern: { detail } } }] as const,
    );
    const askPeer = (text: string): string[] =>
      subscribers
        .filter(([, subscriber]) => plugin.verifyIsSubscribed(subscriber, { Detail: text }))
        .map(([name]) => name);
    return {
      routes,
      matches: few.every((text) => askPeer(text).join() === [...set.matchText(text)].sort(byRoute).join()),
      ours: measure(events, (text) => set.matchText(text), roundMs),
      peer: measure(few, askPeer, roundMs, 2),
    };
  });
}

const numberOf = (name: string): number => Number(name.slice(name.lastIndexOf("-") + 1));
const byRoute = (a: string, b: string): number => numberOf(a) - numberOf(b);

/** As many routes as asked for, of the shapes that both can be given. */
function sharedRoutes(count: number): Record<string, EventPattern> {
  const shapes = Object.keys(SHAPES);
  const shared = Object.entries(createRoutes(2 * count)).filter(([name]) =>
    SHARED.includes(shapes[numberOf(name) % shapes.length] ?? ""),
  );
  return Object.fromEntries(shared.slice(0, count));
}
