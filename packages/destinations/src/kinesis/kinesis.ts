import { createPutRecords } from "@millrace/put-records";
import type { WriterOfKind } from "../writer-of-kind.ts";

/** Kinesis streams: the PutRecords client does it all. */
export const kinesis: WriterOfKind = {
  open({ destination: { ordering }, region, physicalName, arn }, { clock, random, hooks, ...connections }) {
    const client = connections.kinesis(region);
    const target = arn === undefined ? { streamName: physicalName } : { streamArn: arn };
    return createPutRecords({ client, ...target, ordering, clock, random, hooks });
  },
};
