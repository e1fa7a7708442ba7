import { referenceKeywords } from "./applicators.ts";
import { isJsonObject } from "./json.ts";
import { referredPlace } from "./references.ts";
import { placeKey, type SchemaPlace, type SchemaResources } from "./schema-resources.ts";
import { childSchemas } from "./walk-schema.ts";

/** A schema, every one inside it, and every one that these refer to, each once. */
export function* reachablePlaces(root: SchemaPlace, resources: SchemaResources): Generator<SchemaPlace> {
  const seen = new Set<string>();
  const pending = [root];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const { schema, document, pointer } = place;
    if (!isJsonObject(schema) || seen.has(placeKey(place))) continue;
    seen.add(placeKey(place));
    yield place;
    for (const keyword of referenceKeywords) {
      const target = referredPlace(place, keyword, resources);
      if (target !== undefined) pending.push(target);
    }
    for (const child of childSchemas({ schema, pointer })) pending.push({ ...child, document });
  }
}
