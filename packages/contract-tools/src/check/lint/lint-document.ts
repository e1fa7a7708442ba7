import type { SchemaDocument } from "@millrace/schema-graph";
import type { Fault } from "../../registry/fault.ts";
import type { Registry } from "../../registry/registry.ts";
import { innerDialect, oldKeyword, unknownKeyword } from "./keywords.ts";
import type { LintRule } from "./lint-rule.ts";
import { metaSchema } from "./meta-schema.ts";
import { ambiguousNumber } from "./numbers.ts";
import { privacyAnnotation, unannotatedSensitive } from "./privacy.ts";
import { danglingRef, endlessRef } from "./references.ts";
import {
  missingDescription,
  prototypeName,
  rootObject,
  undeclaredDialect,
  undeclaredOpenness,
  undefinedRequired,
} from "./shape.ts";
import { unsureValidator } from "./unsure-validator.ts";
import { unknownFormat, unsafePattern } from "./strings.ts";

/** Rules without which a document is wrong or dangerous; they hold for every document. */
const soundness: readonly LintRule[] = [
  metaSchema,
  danglingRef,
  endlessRef,
  unknownFormat,
  unsafePattern,
  privacyAnnotation,
  rootObject,
  oldKeyword,
  innerDialect,
  prototypeName,
  unsureValidator,
];

/**
 * Rules of good contracts, for what sources write. Documents in draft-07 and those of a source with a mapping are
 * others' and are taken over as they are; other folders, such as `bad-rows`, hold what our own code writes.
 */
const craft: readonly LintRule[] = [
  undeclaredDialect,
  unknownKeyword,
  undefinedRequired,
  undeclaredOpenness,
  missingDescription,
  ambiguousNumber,
];

/** Kinds of documents whose values sources send. */
const sent = ["events", "shared", "envelope"];

export async function lintDocument(document: SchemaDocument, registry: Registry): Promise<Fault[]> {
  const isSent = sent.includes(document.kind);
  const isOurs = document.draft === "2020-12" && !document.isForeign && isSent;
  // For every author: values without an annotation leave in clear.
  const rules = [...soundness, ...(isOurs ? craft : []), ...(isSent ? [unannotatedSensitive] : [])];
  const faults = await Promise.all(rules.map(async (rule) => rule(document, registry)));
  return faults.flat();
}
