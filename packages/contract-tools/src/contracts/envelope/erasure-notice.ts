import * as z from "zod";
import { dateTime } from "./cloud-event-fields.ts";

const event = z
  .strictObject({
    specversion: z.literal("1.0").describe("Version of CloudEvents."),
    id: z.string().min(1).describe("`id` of the event that was erased."),
    source: z.string().min(1).describe("`source` of the event that was erased."),
    type: z.literal("privacy.erased").describe("No contract has this type, and no sender can send it."),
    time: dateTime.describe("When the erasure was asked for."),
    receivedat: dateTime.describe("The same."),
    erasedat: dateTime.describe("The same. No event has this attribute: ingest refuses it from senders."),
    revision: z.literal(2_147_483_647).describe("The greatest: no copy of the event is a later revision."),
    data: z
      .strictObject({ erasure: z.string().min(1).describe("Names the erasure, and not the person.") })
      .describe("About the erasure."),
  })
  .describe("The identity of the event, and nothing else of it.");

/** Takes an event back: every destination that got events of a person who was erased gets one for each. */
export const erasureNotice = z
  .strictObject({
    event,
    validation: z
      .strictObject({
        status: z.literal("valid").describe("So that it is the later revision of a valid event."),
        schema: z.string().describe("`$id` of this schema."),
        errors: z.array(z.never()).max(0).describe("None."),
      })
      .describe("As every delivered event has it."),
    processing: z
      .strictObject({
        router: z
          .strictObject({
            name: z.literal("privacy").describe("Not the router: the command that erases."),
            at: dateTime.describe("When the notice was written."),
          })
          .describe("The last hop."),
      })
      .describe("As every delivered event has it."),
  })
  .meta({
    title: "Erasure notice",
    description: "Tells a destination that the person of an event it got was erased, so that it forgets the event.",
  });
