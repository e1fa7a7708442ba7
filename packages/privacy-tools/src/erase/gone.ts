import type { Environment } from "../place.ts";
import { type ErasureDocument, ErasureLedger, type ErasureRequest, erasedUntil, readErasures } from "./ledger.ts";
import { Notices } from "./notices.ts";

/** An erasure that waited for a destination. */
export interface GivenUp {
  readonly document: ErasureDocument;
  /** Notices that it took after all. */
  readonly taken: number;
  readonly givenUp: number;
}

/**
 * Gives up the notices that a destination does not take, in every erasure that waits for it, after one more try. Each
 * erasure notes the operator who declared the destination gone, and the reason. It becomes `erased` when no other work
 * of it is left.
 */
export async function giveUpDestination(
  { objects, place, destinations, now }: Environment,
  destination: string,
  request: Pick<ErasureRequest, "by" | "reason">,
): Promise<readonly GivenUp[]> {
  const outcomes: GivenUp[] = [];
  for (const { pseudonyms, openNotices } of await readErasures(objects, place.lakeBucket)) {
    if (openNotices.every((notice) => notice.destination !== destination)) continue;
    const ledger = await ErasureLedger.open(objects, place.lakeBucket, pseudonyms, undefined);
    const { document } = ledger;
    const at = new Date(now()).toISOString();
    const own = document.openNotices.filter((notice) => notice.destination === destination);
    const about = { erasure: document.id, askedAt: erasedUntil(document) ?? at };
    const notices = destinations && new Notices(destinations, about, document);
    await notices?.tellAgain(own);
    const left = notices?.open ?? own;
    document.openNotices = document.openNotices.filter((notice) => notice.destination !== destination);
    if (left.length > 0) {
      document.gone = [...(document.gone ?? []), { at, ...request, destination, notices: left.length }];
    }
    const isClean = document.openNotices.length === 0 && document.checks.at(-1)?.copies === 0;
    if (document.state === "incomplete" && isClean) document.state = "erased";
    await ledger.save();
    outcomes.push({ document, taken: own.length - left.length, givenUp: left.length });
  }
  return outcomes;
}
