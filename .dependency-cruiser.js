/** Which folder may import which: the arrows of docs/architecture.md, as a program. */

/** Published packages that stand alone: useful outside this project, so they know nothing of it. */
const standalone = "^packages/(client|put-records|event-pattern|aws-simulator|telemetry|lambda-bundle)/src";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or three.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "packages-know-no-app",
      comment: "Packages are imported by apps, never the other way round.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(apps|infra)/" },
    },
    {
      name: "contracts-are-a-leaf",
      comment: "event-contracts is imported by other teams' services; it must bring nothing of ours along.",
      severity: "error",
      from: { path: "^packages/event-contracts/src" },
      to: { path: "^(apps|infra|packages/(?!event-contracts))" },
    },
    {
      name: "toolbox-is-for-authors",
      comment: "contract-tools brings compilers along. What is deployed or published loads what it has generated.",
      severity: "error",
      from: {
        path: "^(apps/(enrichment|ingest|router)|packages/(?!contract-tools|route-tools|consumer-tools)[^/]+)/src",
        pathNot: "^apps/enrichment/src/load-contracts\\.ts$",
      },
      to: { path: "^packages/contract-tools/" },
    },
    {
      name: "standalone-packages-stand-alone",
      comment: "These are useful outside Millrace; their sources import no sibling.",
      severity: "error",
      from: { path: standalone },
      to: { path: "^packages/", pathNot: "^packages/$1/" },
    },
    {
      name: "infra-reads-build-outputs-only",
      comment: "infra composes what apps built; it runs none of their code.",
      severity: "error",
      from: { path: "^infra/src" },
      to: { path: "^apps/" },
    },
    {
      name: "only-simulate-imports-apps",
      comment: "An app is deployed alone. Only the fault simulation runs several of them in one process.",
      severity: "error",
      from: { path: "^apps/(?!simulate)([^/]+)/" },
      to: { path: "^apps/", pathNot: "^apps/$1/" },
    },
    {
      name: "topology-and-truth-are-for-simulations",
      comment:
        "They assemble simulated services from a stack and judge what arrives; nothing that is deployed needs them. " +
        "The console reads the names of an environment from its stack. A drill runs what it has deployed.",
      severity: "error",
      from: {
        pathNot:
          "^(apps/(local|simulate|console/tests)|infra/src/drill/packing|packages/(topology|truth|pipeline-source/src/environment))/",
      },
      to: { path: "^packages/(topology|truth)/" },
    },
    {
      name: "cdktf-stays-in-infra",
      comment: "A later move off CDKTF must touch one package.",
      severity: "error",
      from: { pathNot: "^infra/" },
      to: { path: "node_modules/(cdktf|constructs|@cdktf)/" },
    },
    {
      name: "lambdas-carry-no-validator-compiler",
      comment: "zod and Ajv cost cold start; Lambdas carry precompiled validators.",
      severity: "error",
      from: { path: "^apps/(enrichment|router)/src" },
      to: { path: "node_modules/(zod|zod-to-json-schema|ajv)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|node_modules/\\.cache)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@millrace/source", "types", "import", "node", "default"],
      extensions: [".ts", ".tsx", ".js", ".json"],
    },
  },
};
