import { formats } from "@millrace/event-contracts/validator-runtime";
import {
  applicatorOf,
  type Dialect,
  isComment,
  isJsonObject,
  type Json,
  type JsonObject,
  keywordsOf,
  mapHeld,
  pointerOf,
  pointerStep,
} from "@millrace/schema-graph";
import type { ImportChange, ImportRefusal } from "./import-report.ts";
import { repairPattern } from "./repair-pattern.ts";
import { targetOf } from "./source-dialects.ts";

/** A reference whose text is put in when all documents have their place. */
export interface OpenReference {
  readonly holder: JsonObject;
  readonly text: string;
  /** Where it was written. */
  readonly pointer: string;
}

export interface ConvertedSchema {
  readonly schema: JsonObject;
  /** Pointer of each schema as it was → as it is. */
  readonly moved: ReadonlyMap<string, string>;
  readonly references: readonly OpenReference[];
}

export interface ConversionLog {
  change(change: Omit<ImportChange, "file">): void;
  refuse(refusal: Omit<ImportRefusal, "file">): void;
}

/** Words that give a schema a name, or lead to a named one; references become pointers, so names are not needed. */
const names = ["id", "$id", "$anchor", "$recursiveAnchor", "$schema", "$vocabulary"];

/**
 * Writes a schema in the dialect of the registry that follows its own: draft-04 and -06 in draft-07, 2019-09 in
 * 2020-12. It takes the same values as before. Keywords that would change this are refused, and every keyword that is
 * written otherwise is a change.
 */
export function convertSchema(
  root: JsonObject,
  place: { from: string; to: string },
  dialect: Dialect,
  log: ConversionLog,
): ConvertedSchema {
  const known = keywordsOf(dialect);
  const target = keywordsOf(targetOf[dialect]);
  const hasDefs = known.has("$defs");
  const moved = new Map<string, string>();
  const references: OpenReference[] = [];
  return { schema: convert(root, place.from, place.to), moved, references };

  function convert(schema: JsonObject, from: string, to: string): JsonObject {
    moved.set(from, to);
    const out: JsonObject = {};
    const change = (before: Json, after: Json, why: string): void => log.change({ pointer: from, before, after, why });
    const refuse = (keyword: string, reason: string, fix: string): void =>
      log.refuse({ pointer: from + pointerStep(keyword), reason, fix });
    // Beside a reference, dialects before 2019-09 pass over everything but what references lead to.
    const isPassedOver = !hasDefs && typeof schema["$ref"] === "string";

    for (const [keyword, value] of Object.entries(schema)) {
      if (names.includes(keyword) && (keyword !== "id" || typeof value === "string")) {
        if (keyword === "$recursiveAnchor") continue;
        if (from !== "" || !["$schema", "$id", "id"].includes(keyword)) {
          change({ [keyword]: value }, null, "References are pointers here, so that no schema inside needs a name.");
        }
      } else if (keyword === "$ref") {
        if (typeof value !== "string") refuse(keyword, "`$ref` is no text.", "Correct it.");
        else references.push({ holder: out, text: value, pointer: from });
        out[keyword] = value;
      } else if (keyword === "$recursiveRef" && known.has(keyword)) {
        if (out["$ref"] !== undefined || schema["$ref"] !== undefined) {
          refuse(keyword, "`$ref` and `$recursiveRef` stand in one schema.", "Put one of them into an `allOf`.");
        }
        change({ $recursiveRef: value }, { $ref: "#" }, "2020-12 has another way to refer to the root.");
        references.push({ holder: out, text: typeof value === "string" ? value : "#", pointer: from });
        out["$ref"] = value;
      } else if (keyword === "$defs" && !hasDefs) {
        // A name for definitions of later dialects; references lead there all the same.
        moveDefinitions(value, from, to, out, change);
      } else if (!known.has(keyword)) {
        if (!target.has(keyword) || isComment(keyword)) {
          if (applicatorOf(keyword) === undefined) out[keyword] = value;
          else
            change({ [keyword]: value }, null, `\`${keyword}\` is no keyword of ${dialect}: it checks nothing there.`);
        } else {
          change({ [keyword]: value }, null, `\`${keyword}\` is no keyword of ${dialect}: it checks nothing there.`);
        }
      } else if (isPassedOver && applicatorOf(keyword)?.target !== "nothing") {
        // A keyword without effect is kept as it is. Only schemas that references can lead to are converted.
        if (isComment(keyword)) out[keyword] = value;
        else change({ [keyword]: value }, null, `Beside \`$ref\` it checks nothing in ${dialect}.`);
      } else {
        convertKeyword(keyword, value, { schema, from, to, out, change, refuse });
      }
    }
    return out;
  }

  function convertKeyword(keyword: string, value: Json, each: Each): void {
    const { schema, from, to, out, change, refuse } = each;
    if (keyword === "exclusiveMinimum" || keyword === "exclusiveMaximum") {
      const bound = keyword === "exclusiveMinimum" ? "minimum" : "maximum";
      if (dialect !== "draft-04") out[keyword] = value;
      else if (typeof value !== "boolean") {
        refuse(
          keyword,
          `In draft-04 \`${keyword}\` is true or false.`,
          "Say another dialect with `--dialect`, or correct it.",
        );
      } else if (value && typeof schema[bound] === "number") {
        change(
          { [bound]: schema[bound], [keyword]: true },
          { [keyword]: schema[bound] },
          "The bound is a number since draft-06.",
        );
        out[keyword] = schema[bound];
        Reflect.deleteProperty(out, bound);
      } else {
        const why = value ? `It says nothing without \`${bound}\`.` : `\`${bound}\` includes its bound.`;
        change({ [keyword]: value }, null, why);
      }
      return;
    }
    if ((keyword === "minimum" || keyword === "maximum") && dialect === "draft-04") {
      const exclusive = keyword === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
      if (schema[exclusive] !== true || typeof value !== "number") out[keyword] = value;
      return;
    }
    if (keyword === "items" && Array.isArray(value) && dialect === "2019-09") {
      const rest = schema["additionalItems"];
      change({ items: "a list" }, { prefixItems: "the list" }, "2020-12 says `prefixItems` for a list of schemas.");
      out["prefixItems"] = value.map((inner, index) =>
        inside(inner, `${from}/items/${index}`, `${to}/prefixItems/${index}`),
      );
      if (rest !== undefined) {
        change(
          { additionalItems: "a schema" },
          { items: "the schema" },
          "2020-12 says `items` for the elements after a list.",
        );
        out["items"] = inside(rest, `${from}/additionalItems`, `${to}/items`);
      }
      return;
    }
    if (keyword === "additionalItems" && dialect === "2019-09") {
      if (!Array.isArray(schema["items"])) {
        change({ additionalItems: value }, null, "It says nothing without a list of `items`.");
      }
      return;
    }
    if (keyword === "format" && typeof value === "string" && !Object.hasOwn(formats, value)) {
      change({ format: value }, null, "No validator here knows the format, so it checks nothing.");
      return;
    }
    if (keyword === "pattern" && typeof value === "string") {
      out[keyword] = patternOf(value, (pattern) =>
        change({ pattern: value }, { pattern }, "The expression has the flag `u` here."),
      );
      return;
    }
    if (keyword === "patternProperties" && isJsonObject(value)) {
      const entries = Object.entries(value).map(([text, inner]): [string, Json] => {
        const pattern = patternOf(text, (next) =>
          change({ patternProperties: text }, { patternProperties: next }, "The expression has the flag `u` here."),
        );
        return [
          pattern,
          inside(inner, `${from}/${keyword}${pointerStep(text)}`, `${to}/${keyword}${pointerStep(pattern)}`),
        ];
      });
      if (new Set(entries.map(([name]) => name)).size < entries.length) {
        refuse(keyword, "Two of its expressions become the same.", "Join the two.");
      }
      out[keyword] = Object.fromEntries(entries);
      return;
    }
    const converted = mapHeld({ [keyword]: value }, (inner, steps) =>
      convert(inner, from + pointerOf(steps), to + pointerOf(steps)),
    )[keyword];
    const { [keyword]: before } = out;
    out[keyword] =
      isJsonObject(before) && isJsonObject(converted)
        ? withDefinitions(before, Object.entries(converted), from + pointerStep(keyword))
        : (converted ?? value);
  }

  /** Converts where a schema is; leaves data, such as the names of `dependencies`. */
  function inside(value: Json, from: string, to: string): Json {
    return isJsonObject(value) ? convert(value, from, to) : value;
  }

  function moveDefinitions(value: Json, from: string, to: string, out: JsonObject, change: Each["change"]): void {
    if (!isJsonObject(value)) return;
    change({ $defs: "…" }, { definitions: "…" }, `\`$defs\` is a word of later dialects than ${dialect}.`);
    const entries = Object.entries(value).map(([key, inner]): [string, Json] => [
      key,
      inside(inner, `${from}/$defs${pointerStep(key)}`, `${to}/definitions${pointerStep(key)}`),
    ]);
    out["definitions"] = withDefinitions(out["definitions"], entries, `${from}/$defs`);
  }

  function withDefinitions(before: Json | undefined, entries: readonly [string, Json][], pointer: string): JsonObject {
    const kept = isJsonObject(before) ? before : {};
    for (const [key] of entries.filter(([name]) => Object.hasOwn(kept, name))) {
      const reason = `\`${key}\` stands under \`$defs\` and under \`definitions\`.`;
      log.refuse({ pointer: pointer + pointerStep(key), reason, fix: "Rename one of the two." });
    }
    return { ...kept, ...Object.fromEntries(entries) };
  }
}

interface Each {
  readonly schema: JsonObject;
  readonly from: string;
  readonly to: string;
  readonly out: JsonObject;
  readonly change: (before: Json, after: Json, why: string) => void;
  readonly refuse: (keyword: string, reason: string, fix: string) => void;
}

function patternOf(text: string, told: (pattern: string) => void): string {
  const pattern = repairPattern(text);
  if (pattern !== text) told(pattern);
  return pattern;
}
