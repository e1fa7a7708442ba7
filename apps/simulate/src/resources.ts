import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Environment, environments } from "./environments.ts";
import type { EnrichmentHandlerDeps } from "@millrace/enrichment";
import type { PrivacyKey } from "@millrace/privacy-keys";
import { defaultEnrichments } from "@millrace/enrichment";
import { loadContracts } from "@millrace/enrichment/load-contracts";
import {
  compileRoutes,
  createRouteArtifact,
  loadRouteDocuments,
  nameDestination,
  type Reshape,
  type RouteDocument,
} from "@millrace/routes";
import { loadRoutes, type RouteSet } from "@millrace/routes/runtime";
import { readTerraformStack, readTopology, type Topology } from "@millrace/topology";

const root = join(import.meta.dirname, "../../..");
const schemasFolder = join(root, "schemas");

/** Stands in for the account of each; only visible inside ARNs. */
export const identity = { accountId: "000000000000", region: "eu-west-1" };

/** The data of one event type, from `schemas/examples`. */
export interface EventExample {
  readonly type: string;
  readonly data: unknown;
  /** It follows its contract. */
  readonly isValid: boolean;
}

interface Canaries {
  readonly events: readonly object[];
}

/** Routes as `routes publish` stores them, and what they say. */
export interface PublishedRoutes {
  readonly text: string;
  readonly routes: RouteSet;
}

/** Resources that every schedule uses and none changes: read once per process. */
export interface Resources {
  readonly contracts: EnrichmentHandlerDeps["contracts"];
  readonly enrichments: EnrichmentHandlerDeps["enrichments"];
  readonly privacyKeys: readonly PrivacyKey[];
  /** The routes in the bundle. */
  readonly routes: RouteSet;
  /** Newer ones that may be published: the same streams, other events in them. */
  readonly newerRoutes: readonly PublishedRoutes[];
  readonly examples: readonly EventExample[];
  /** The canary events of the build. */
  readonly canaries: readonly object[];
  /** Topology of each environment, read from its synthesized stack. */
  readonly topologies: Readonly<Record<Environment, Topology>>;
}

export function loadResources(): Resources {
  const documents = loadRouteDocuments(join(schemasFolder, "routes")).map(promiseOrder).map(giveNames);
  return {
    contracts: loadContracts(schemasFolder),
    enrichments: defaultEnrichments("simulation", { readFile: noDatabase }),
    privacyKeys: [{ id: "simulation", key: Buffer.alloc(32, 7) }],
    routes: loadRoutes(compileRoutes(documents)),
    newerRoutes: [1, 2, 3].map((by) => publish(rotatePatterns(documents, by))),
    examples: readExamples(join(schemasFolder, "examples")),
    canaries: (JSON.parse(readFileSync(join(root, "apps/canary/dist/canaries.json"), "utf8")) as Canaries).events,
    topologies: Object.fromEntries(environments.map((name) => [name, loadTopology(name)])) as Resources["topologies"],
  };
}

function loadTopology(environment: Environment): Topology {
  return readTopology(readTerraformStack(join(root, "infra/dist/stacks", environment, "cdk.tf.json")), identity);
}

/** Destinations whose routes ask for order per key. All others do without. */
export const orderedStreams = new Set(["fraud", "recommendations"]);

function promiseOrder(document: RouteDocument): RouteDocument {
  const routes = document.routes.map((route) =>
    orderedStreams.has(nameDestination(route.destination).name)
      ? { ...route, delivery: { ...route.delivery, ordering: "per-key" as const } }
      : route,
  );
  return { ...document, routes };
}

/** The destinations whose events get other names: one of each kind. The others keep theirs. */
export const renamedDestinations = new Set(["recommendations", "loyalty-points", "loyalty"]);

/** The renamed fields: `enrichment.bot.isBot` becomes `enrichment.robot_isBot`, and every copy names its origin. */
export const names: Reshape = {
  rename: { "enrichment.bot": "robot" },
  flatten: ["enrichment.bot"],
  constant: { "enrichment.delivered.from": "simulation" },
};

/** Names that the documents give are left out, so that the rule is the same whatever they say. */
function giveNames(document: RouteDocument): RouteDocument {
  const routes = document.routes.map(({ reshape: _, ...route }) =>
    renamedDestinations.has(nameDestination(route.destination).name) ? { ...route, reshape: names } : route,
  );
  return { ...document, routes };
}

/** Gives each route the pattern of another one, and its tests: events move between streams that stay as they are. */
function rotatePatterns(documents: readonly RouteDocument[], by: number): RouteDocument[] {
  const all = documents.flatMap(({ routes }) => routes);
  let at = 0;
  return documents.map((document) => ({
    ...document,
    routes: document.routes.map((route) => {
      const { pattern, tests } = all[(at + by) % all.length] ?? route;
      at += 1;
      return { ...route, pattern, tests };
    }),
  }));
}

function publish(documents: readonly RouteDocument[]): PublishedRoutes {
  return {
    text: JSON.stringify(createRouteArtifact(documents)),
    routes: loadRoutes(compileRoutes(documents)),
  };
}

/**
 * Megabytes of addresses would prove nothing here; the enrichment notes that it has no database and the event goes on.
 */
function noDatabase(): never {
  throw new Error("The simulation has no database of addresses.");
}

/** `commerce/purchase/1-0-0/valid/small.json` holds the data of a `commerce.purchase`. */
function readExamples(folder: string): EventExample[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const [domain = "", event = "", , verdict] = relative(".", name).split(sep);
      const data = JSON.parse(readFileSync(join(folder, name), "utf8")) as unknown;
      return { type: `${domain}.${event}`, data, isValid: verdict === "valid" };
    });
}
