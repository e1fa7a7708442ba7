import { hash } from "node:crypto";
import { StoreError } from "../errors.ts";
import { type Findings, findPerson, type FindOptions, type FoundCopy, warehouseConditions } from "../find.ts";
import { lookIntoObjects, type SeenVersion } from "../objects/look.ts";
import type { Person } from "../person/person.ts";
import { type Environment, objectPlaces } from "../place.ts";
import { warehouseScript } from "../warehouse/script.ts";
import { countStatement, deleteStatement } from "../warehouse/statements.ts";
import { type ErasureDocument, ErasureLedger, type ErasureRequest, erasedUntil } from "./ledger.ts";
import { Notices } from "./notices.ts";

/** Passes of one run: each erases the events that came in during the one before. */
const MAX_PASSES = 3;

export interface EraseOptions extends FindOptions {
  /** Absent for a sweep, which goes on with what was asked before. */
  readonly request: Pick<ErasureRequest, "by" | "reason"> | undefined;
  /** Called before each object is changed and after it was: a drill kills the run there. */
  readonly onObject?: ((object: { readonly key: string; readonly isDone: boolean }) => void) | undefined;
}

export interface Erasure {
  readonly document: ErasureDocument;
  /** The search afterwards. */
  readonly proof: Findings;
  /** Copies that this run erased, and those that are left in streams. */
  readonly found: readonly FoundCopy[];
  /** Statements for a warehouse without a driver; it names the person. */
  readonly script: string | undefined;
}

/**
 * Erases a person: rewrites or deletes every version of every object, deletes the warehouse's rows, and searches again.
 * A second run goes on where a killed one stopped. Streams are left to age out.
 */
export async function erasePerson(environment: Environment, person: Person, options: EraseOptions): Promise<Erasure> {
  const { objects, place, now } = environment;
  const request = options.request && { at: new Date(now()).toISOString(), ...options.request };
  const ledger = await ErasureLedger.open(objects, place.lakeBucket, person.pseudonyms, request);
  const { document } = ledger;
  document.state = "erasing";
  // From here on nothing brings them back: replay reads this document.
  await ledger.save();
  const askedAt = erasedUntil(document) ?? new Date(now()).toISOString();
  const notices =
    environment.destinations && new Notices(environment.destinations, { erasure: document.id, askedAt }, document);
  await notices?.tellAgain(document.openNotices);
  const found: FoundCopy[] = [];
  let proof: Findings = { places: [], copies: [] };
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    found.push(...(await eraseObjects(environment, person, ledger, options, notices)));
    await eraseRows(environment, person, found, ledger, options);
    proof = await findPerson(environment, person, options);
    found.push(...proof.copies);
    await tellOfStreams(environment, proof, notices);
    if (notices !== undefined) document.openNotices = notices.open;
    document.checks.push({ at: new Date(now()).toISOString(), copies: copiesLeft(proof) });
    if (copiesLeft(proof) === 0) break;
  }
  // An object that a killed run had begun, and that has nothing of the person now, was done by that run.
  for (const object of document.objects) object.isDone = true;
  document.agesOut = Object.fromEntries(
    proof.places.flatMap(({ place: stream, agesOutAt }) => (agesOutAt === undefined ? [] : [[stream, agesOutAt]])),
  );
  const script = environment.warehouse === undefined ? warehouseScript(person, document, options.subjects) : undefined;
  if (script !== undefined) document.script = { at: new Date(now()).toISOString(), sha256: hash("sha256", script) };
  const isDone = copiesLeft(proof) === 0 && document.openNotices.length === 0;
  document.state = isDone ? "erased" : "incomplete";
  await ledger.save();
  return { document, proof, found, script };
}

/** Copies in places that can be erased: those in streams age out. */
export function copiesLeft({ places }: Findings): number {
  return places.filter(({ agesOutAt }) => agesOutAt === undefined).reduce((sum, { copies }) => sum + copies, 0);
}

async function eraseObjects(
  environment: Environment,
  person: Person,
  ledger: ErasureLedger,
  { onObject, wanted }: EraseOptions,
  notices: Notices | undefined,
): Promise<readonly FoundCopy[]> {
  const erased: FoundCopy[] = [];
  for (const objectPlace of objectPlaces(environment.place)) {
    for await (const seen of lookIntoObjects(environment, objectPlace, person, wanted)) {
      if (seen.sightings.length === 0) continue;
      const { bucket, key, isLatest } = seen.version;
      const action = isLatest && seen.rest !== undefined ? "rewritten" : "deleted";
      const entry = await ledger.begin(objectPlace.store, seen.version, action, seen.sightings);
      onObject?.({ key, isDone: false });
      // A run that is killed here finds the copy again, and tells once more: equal notices are copies of one.
      await notices?.tell(seen.sightings);
      if (notices !== undefined) ledger.document.openNotices = notices.open;
      await eraseVersion(environment, seen);
      entry.isDone = true;
      onObject?.({ key, isDone: true });
      const container = `s3://${bucket}/${key}`;
      erased.push(...seen.sightings.map((sighting) => ({ store: objectPlace.store, container, sighting })));
    }
  }
  await ledger.save();
  return erased;
}

/** A destination may hold what the lake does not: events of a route that has changed since. */
async function tellOfStreams(
  { place }: Environment,
  { copies }: Findings,
  notices: Notices | undefined,
): Promise<void> {
  for (const { store, container, sighting } of copies) {
    const [stream = ""] = container.split("/");
    if (store === "destination" && stream.startsWith(place.streamPrefix)) {
      await notices?.tell([sighting], stream.slice(place.streamPrefix.length));
    }
  }
}

/** The rest becomes the latest version, then the version with the person goes for good. */
async function eraseVersion({ objects }: Environment, { version, rest }: SeenVersion): Promise<void> {
  if (version.isLatest && rest !== undefined) {
    if ((await objects.replace(version, rest)) === undefined) {
      throw new StoreError(
        `s3://${version.bucket}/${version.key} changed while it was rewritten. Nothing of it was lost; run the command again.`,
      );
    }
    if (version.versionId === "null") return;
  }
  await objects.remove(version);
}

async function eraseRows(
  { warehouse }: Environment,
  person: Person,
  copies: readonly FoundCopy[],
  ledger: ErasureLedger,
  { subjects }: FindOptions,
): Promise<void> {
  if (warehouse === undefined) return;
  const { rows, objects } = ledger.document;
  const origins = objects.flatMap((object) => object.origins);
  for (const condition of warehouseConditions(person, copies, subjects, origins)) {
    const [{ row_count: count = 0 } = {}] = await warehouse.query(countStatement(condition));
    if (Number(count) === 0) continue;
    await warehouse.query(deleteStatement(condition));
    rows[condition.table] = (rows[condition.table] ?? 0) + Number(count);
    await ledger.save();
  }
}
