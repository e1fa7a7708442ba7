import type { WriterOfKind } from "../writer-of-kind.ts";
import { EntryWriter } from "../entries/entry-writer.ts";
import { createBusService } from "./bus-service.ts";

/** EventBridge buses: one event is one entry, with its type as `detail-type`. */
export const eventbridge: WriterOfKind = {
  service: { target: "AWSEvents", version: "1.1" },
  open({ region, physicalName, arn }, { clock, random, ...connections }) {
    // A bus of another account is known by its ARN alone.
    const service = createBusService(arn ?? physicalName, connections.call("eventbridge", region));
    return new EntryWriter(service, { clock, random });
  },
};
