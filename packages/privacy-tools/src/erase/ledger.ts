import { hash } from "node:crypto";
import type { KeptDocument } from "@millrace/stored-events";
import { ErasureInUseError } from "../errors.ts";
import type { ObjectClient, ObjectVersion } from "../objects/object-client.ts";
import type { PersonPseudonym } from "../person/person.ts";
import type { BadRowOrigin, Sighting } from "../sighting.ts";
import type { OpenNotice } from "./notices.ts";

/** Folder of the lake with one document for each erasure. */
export const erasuresFolder = "privacy/erasures/";

/** One version of an object that had the person in it. */
export interface ErasedObject {
  readonly store: string;
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly action: "rewritten" | "deleted";
  readonly copies: number;
  /** Records that bad rows among them came from: their rows in the warehouse are found by it. */
  readonly origins: readonly BadRowOrigin[];
  /** False while it is being done: a run that was killed looks at it again. */
  isDone: boolean;
}

/** Who wanted it, and why. */
export interface ErasureRequest {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
}

/** A destination that takes no notices, as an operator declared. */
export interface GoneDestination extends ErasureRequest {
  readonly destination: string;
  readonly notices: number;
}

/**
 * An erasure: the audit record (who, when, why, how much), the ledger by which a killed run goes on, and the
 * pseudonyms by which nothing brings the person back. It holds no value.
 */
export interface ErasureDocument {
  readonly id: string;
  /** One, or more when the same person asked again. */
  readonly requests: ErasureRequest[];
  readonly pseudonyms: readonly PersonPseudonym[];
  state: "erasing" | "erased" | "incomplete";
  readonly objects: ErasedObject[];
  /** Rows deleted, by table; of the environment's own warehouse. */
  readonly rows: Record<string, number>;
  /** The statements that the operator got, where no driver is installed: hash of the text, and time. */
  script?: { readonly at: string; readonly sha256: string };
  /** When the last copy in a stream is gone by itself, by stream. */
  agesOut: Record<string, string>;
  /** Events that destinations were told to forget, by destination. */
  readonly told: Record<string, number>;
  /** Notices that a destination has not taken: the next run tries them again. */
  openNotices: readonly OpenNotice[];
  /** Destinations that somebody said are gone, and how many notices were given up for it. */
  gone?: readonly GoneDestination[];
  /** Every search that proved it. */
  readonly checks: { readonly at: string; readonly copies: number }[];
}

/** Events received later than this are new ones of the person. */
export function erasedUntil({ requests }: ErasureDocument): string | undefined {
  return requests.at(-1)?.at;
}

/** The same person under the same keys has the same erasure, so that a second run goes on with the first. */
export function erasureId(pseudonyms: readonly PersonPseudonym[]): string {
  const names = pseudonyms.map(({ value }) => value).sort();
  return `erasure-${hash("sha256", names.join("\n")).slice(0, 16)}`;
}

/** The document of one erasure, written after every step, by one run at a time. */
export class ErasureLedger {
  readonly document: ErasureDocument;
  readonly #kept: KeptDocument;

  private constructor(kept: KeptDocument, document: ErasureDocument) {
    this.#kept = kept;
    this.document = document;
  }

  /**
   * Opens the erasure where the last run left it, or begins it.
   * @param request absent for a sweep, which has no new request
   */
  static async open(
    objects: ObjectClient,
    bucket: string,
    pseudonyms: readonly PersonPseudonym[],
    request: ErasureRequest | undefined,
  ): Promise<ErasureLedger> {
    const id = erasureId(pseudonyms);
    const { document: kept, text } = await objects.keep(bucket, keyOf(id));
    if (text !== undefined) {
      const document = JSON.parse(text) as ErasureDocument;
      if (request !== undefined) document.requests.push(request);
      return new ErasureLedger(kept, document);
    }
    const document: ErasureDocument = {
      id,
      requests: request === undefined ? [] : [request],
      pseudonyms,
      state: "erasing",
      objects: [],
      rows: {},
      agesOut: {},
      told: {},
      openNotices: [],
      checks: [],
    };
    return new ErasureLedger(kept, document);
  }

  /** @throws ErasureInUseError when another run has written it since */
  async save(): Promise<void> {
    const { document } = this;
    if (!(await this.#kept.replace(`${JSON.stringify(document, undefined, 2)}\n`))) {
      throw new ErasureInUseError(
        `Another run of ${document.id} has written its ledger. Wait until it ends, then run the command again.`,
      );
    }
  }

  /** Notes that a version is about to change, before it does. */
  async begin(
    store: string,
    version: ObjectVersion,
    action: ErasedObject["action"],
    sightings: readonly Sighting[],
  ): Promise<ErasedObject> {
    const { bucket, key, versionId } = version;
    const origins = sightings.flatMap(({ origin }) => origin ?? []);
    const known = this.document.objects.find(
      (entry) => entry.bucket === bucket && entry.key === key && entry.versionId === versionId && !entry.isDone,
    );
    const entry = known ?? { store, bucket, key, versionId, action, copies: sightings.length, origins, isDone: false };
    if (known === undefined) {
      this.document.objects.push(entry);
      await this.save();
    }
    return entry;
  }
}

/** Every erasure of an environment, the newest state of each. */
export async function readErasures(objects: ObjectClient, bucket: string): Promise<readonly ErasureDocument[]> {
  const documents: ErasureDocument[] = [];
  for await (const { key, isLatest } of objects.versions(bucket, erasuresFolder)) {
    const stored = isLatest ? await objects.readText(bucket, key) : undefined;
    if (stored !== undefined) documents.push(JSON.parse(stored) as ErasureDocument);
  }
  return documents;
}

const keyOf = (id: string): string => `${erasuresFolder}${id}.json`;
