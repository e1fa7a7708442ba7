import { EventBuses } from "@millrace/aws-simulator";
import type { DestinationModel } from "./destination-model.ts";

/** Event buses. EventBridge has no metric of what a bus takes. */
export const eventbridge: DestinationModel = {
  arguments: [],
  harmlessArguments: ["description", "kms_key_identifier"],
  readSettings: () => ({}),
  open({ maxLength: _maxLength, onOverflow: _onOverflow, ...options }) {
    const buses = new EventBuses(options);
    return {
      service: buses,
      create: ({ name }) => buses.createBus(name),
      names: () => buses.busNames(),
      client: (client) => buses.client(client),
      messageCount: (name) => buses.messageCount(name),
      messagesAfter: (name, number) => buses.messagesAfter(name, number),
      // In the digits that it has there: parsed and written anew, a number could have others.
      eventIn: (text) => text.slice(text.indexOf(beforeDetail) + beforeDetail.length, -1),
      metricsOf: () => [],
    };
  },
};

/** Before the event in the text that a rule sees. */
const beforeDetail = ',"detail":';
