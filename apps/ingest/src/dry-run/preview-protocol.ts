import type { Delivery } from "@millrace/put-records";
import type { EventReply, EventService, ProtocolReply } from "../event-service.ts";
import { MAX_PREVIEW_EVENTS } from "../limits.ts";
import { IngestError, type Rejection } from "../problems.ts";
import { createCloudEventsProtocol, type Protocol } from "../protocol.ts";
import type { EventRecord } from "../record-builder.ts";
import type { PreviewedLine, Previewer } from "./previewer.ts";

/** One event of a dry run, by its place in the request. */
type PreviewedEvent = { readonly index: number; readonly id: string } & PreviewedLine;

/**
 * CloudEvents that are read as for `/v1/events` and stored nowhere: the answer has the outcome that they would have.
 */
export function createPreviewProtocol(
  service: EventService,
  previewer: Previewer,
  authorization: string | undefined,
): Protocol {
  return {
    ...createCloudEventsProtocol(service, authorization),
    accept: async (sender, request) => {
      const lines: { readonly index: number; readonly line: string }[] = [];
      const reply = await service.accept(sender, {
        ...request,
        sink: {
          send: ({ data, indexes }: EventRecord) => {
            const texts = Buffer.from(data).toString("utf8").split("\n");
            lines.push(...indexes.map((index, place) => ({ index, line: texts[place] ?? "" })));
            return Promise.resolve(taken);
          },
        },
      });
      if (lines.length > MAX_PREVIEW_EVENTS) {
        const detail = `A dry run takes ${MAX_PREVIEW_EVENTS} events; split the batch.`;
        throw new IngestError("too-many-events", detail, { limit: MAX_PREVIEW_EVENTS });
      }
      lines.sort((a, b) => a.index - b.index);
      const previewed = await previewer.preview(lines.map(({ line }) => line));
      const events = lines.flatMap(({ index, line }, place): PreviewedEvent[] => {
        const result = previewed[place];
        const { id } = JSON.parse(line) as { id: string };
        return result === undefined ? [] : [{ index, id, ...result }];
      });
      return replyPreview(events, reply);
    },
  };
}

/** The outcome that the sink of a dry run gives every record. */
const taken: Delivery = {
  status: "delivered",
  shardId: "none",
  sequenceNumber: "0",
  attempts: 1,
  isAmbiguous: false,
};

/** Nothing was accepted, so the counters of events stay as they are. */
function replyPreview(events: readonly PreviewedEvent[], { rejections }: EventReply): ProtocolReply {
  const items = [...events.map(writeEvent), ...rejections.map(writeRejection)];
  const body = `{"events":[${items
    .sort((a, b) => a.index - b.index)
    .map(({ text }) => text)
    .join(",")}]}`;
  const headers = { "content-type": "application/json" };
  return { status: 200, headers, body, code: undefined, accepted: 0, rejections: [], unconfirmed: [] };
}

function writeEvent({ index, id, ...rest }: PreviewedEvent): { index: number; text: string } {
  if ("failure" in rest) return { index, text: JSON.stringify({ index, id, badRow: rest.failure }) };
  const text = JSON.stringify({ index, id, routes: rest.routes });
  // Text, as enrichment wrote it: a number keeps its digits.
  return { index, text: `${text.slice(0, -1)},"enriched":${rest.enriched}}` };
}

function writeRejection({ index, ...rejected }: Rejection): { index: number; text: string } {
  return { index, text: JSON.stringify({ index, rejected }) };
}
