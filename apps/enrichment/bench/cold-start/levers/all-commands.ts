// The function as it would be with the client that has a method for every operation of Kinesis.
import { Kinesis } from "@aws-sdk/client-kinesis";

export const operations = Object.keys(Kinesis.prototype);
export { handler } from "../../../src/handler.ts";
