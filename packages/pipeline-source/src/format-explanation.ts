import type { ExplainedEvent, ExplainedId } from "./explain-event.ts";

/** The explanation as lines of text: the verdict first, then hop by hop, each with the time since the one before. */
export function formatExplanation({ id, events, verdict, gaps }: ExplainedId): string {
  const notRead = gaps.map((gap) => `not read    ${gap}`);
  return [`event ${id}`, ...verdict, ...events.flatMap(formatEvent), ...notRead].join("\n");
}

function formatEvent(event: ExplainedEvent): readonly string[] {
  const { source, accepted, enriched, badRows, routes, rows, verdict } = event;
  const first = accepted[0]?.receivedAt ?? accepted[0]?.arrivedAt ?? enriched[0]?.at;
  const since = (at: string): string => {
    if (first === undefined) return at;
    const ms = Date.parse(at) - Date.parse(first);
    return `${at} (+${ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`})`;
  };
  return [
    ...(source === undefined ? [] : [`source ${source}`]),
    ...verdict.map((sentence) => `  ${sentence}`),
    ...accepted.flatMap((copy) => [
      `${copy.replayedAt === undefined ? "accepted" : "replayed"}    ${copy.replayedAt ?? copy.receivedAt ?? copy.arrivedAt}  tenant ${copy.tenant ?? "-"}, sender ${copy.senderKind ?? "-"}`,
      `            ${copy.streamName} ${copy.shardId} ${copy.sequenceNumber}`,
    ]),
    ...badRows.map((row) => `bad row     ${since(row.arrivedAt)}  ${row.kind}: ${row.message} (build ${row.version})`),
    ...enriched.flatMap((copy) => [
      `enriched    ${since(copy.at)}  build ${copy.version}, contracts ${copy.contracts ?? "-"}`,
      `            ${copy.streamName} ${copy.shardId} ${copy.sequenceNumber}`,
      ...(enriched.length > 1 ? [`  revision  ${copy.revision}`] : []),
      `  added     ${listed(copy.added)}`,
      `  validated ${copy.status}${copy.schema === null ? "" : `, ${copy.schema}`}`,
      ...copy.errors.map((error) => `            ${error}`),
      `  masked    ${listed(copy.masked)}`,
      ...(copy.repaired.length === 0 ? [] : [`  repaired  ${listed(copy.repaired)}`]),
    ]),
    ...routes.flatMap(({ route, destination, verdict: decided, reason, places }) => [
      `route       ${route} → ${destination}: ${decided}`,
      `            ${reason}`,
      ...places.map((place) => `            ${since(place.arrivedAt)}  ${place.shardId} ${place.sequenceNumber}`),
    ]),
    ...rows.map(({ loadedAt, object, line, isShown }) =>
      loadedAt === undefined
        ? `lake        ${object}, line ${line}`
        : `warehouse   ${since(loadedAt)}  ${object}, line ${line}${isShown === true ? "" : " (a copy)"}`,
    ),
  ];
}

const listed = (items: readonly string[]): string => (items.length === 0 ? "nothing" : items.join(", "));
