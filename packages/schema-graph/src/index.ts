export { type AnnotatedExample, annotatedExamples } from "./annotated-examples.ts";
export {
  type Applicator,
  applicatorOf,
  applicators,
  type Certainty,
  type Holding,
  keywordsFor,
  referenceKeywords,
  type Target,
} from "./applicators.ts";
export { holdsForAll } from "./holds-for-all.ts";
export { isJsonObject, type Json, type JsonObject } from "./json.ts";
export { type Dialect, keywordsOf } from "./keywords.ts";
export { parsePointer, pointerStep, valueAt } from "./pointer.ts";
export {
  baseOf,
  type Contract,
  type Draft,
  isContract,
  type SchemaDocument,
  type SchemaVersion,
} from "./schema-document.ts";
export { refChain, referredPlace } from "./references.ts";
export { reachablePlaces } from "./reachable-places.ts";
export { indexResources, placeKey, type SchemaPlace, type SchemaResources } from "./schema-resources.ts";
export { type Applied, createValueGraph, namesOf, type ValueGraph } from "./value-graph.ts";
export { childSchemas, type Subschema, walkSchema } from "./walk-schema.ts";
