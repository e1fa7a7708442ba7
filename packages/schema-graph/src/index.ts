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
export { heldBy, heldPlaces, innerPlace, mapBranches, mapHeld, type Steps } from "./held-schemas.ts";
export { holdsForAll } from "./holds-for-all.ts";
export { isJsonObject, type Json, type JsonObject } from "./json.ts";
export { type Dialect, isComment, keywordsOf } from "./keywords.ts";
export { parsePointer, pointerOf, pointerStep, valueAt, valueBelow } from "./pointer.ts";
export {
  baseOf,
  type Contract,
  type Draft,
  isContract,
  type SchemaDocument,
  type SchemaVersion,
  withoutFragment,
} from "./schema-document.ts";
export { countingKeywords, refChain, referredPlace } from "./references.ts";
export { reachablePlaces } from "./reachable-places.ts";
export {
  baseAt,
  decodeFragment,
  indexResources,
  namesIn,
  placeKey,
  type SchemaPlace,
  type SchemaResources,
} from "./schema-resources.ts";
export { kindsOf, takesType, typeOfValue, typesOf } from "./types.ts";
export { type Applied, createValueGraph, namesOf, type ValueGraph } from "./value-graph.ts";
export { childSchemas, type Subschema, walkSchema } from "./walk-schema.ts";
