import type { OtherDestinationFacts } from "../destination-facts.ts";

/** Event buses. */
export const eventbridge: OtherDestinationFacts = {
  plural: "Buses",
  writeSid: "WriteBuses",
  writeActions: ["events:PutEvents"],
  operatorSid: "PutToBuses",
  terraform: {
    read: ["events:DescribeEventBus", "events:ListTagsForResource"],
    write: [
      "events:CreateEventBus",
      "events:DeleteEventBus",
      "events:TagResource",
      "events:UntagResource",
      "events:UpdateEventBus",
    ],
  },
  loss: "the rules that consumers have on it; nothing is stored in it",
  drill: {
    behaviours: { aws_cloudwatch_event_bus: { forcesNew: ["name"] } },
    requests: { aws_cloudwatch_event_bus: [{ call: "events:CreateEventBus" }] },
  },
};
