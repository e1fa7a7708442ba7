import { Buffer } from "node:buffer";
import type { PutRecordsCommandInput } from "@aws-sdk/client-kinesis";
import { AwsJson1_1Protocol } from "@aws-sdk/core/protocols";
import { HttpRequest } from "@smithy/core/protocols";

type SerializeRequest = AwsJson1_1Protocol["serializeRequest"];
type DeserializeResponse = AwsJson1_1Protocol["deserializeResponse"];
type Operation = Parameters<SerializeRequest>[0];
type Response = Parameters<DeserializeResponse>[2];

/**
 * The SDK's protocol of Kinesis, awsJson 1.1, with PutRecords written and read by hand: the SDK follows a schema
 * through every record of request and answer, which takes longer than all the rest it does. Other operations, and
 * answers that are errors, go the SDK's way. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export class PutRecordsProtocol extends AwsJson1_1Protocol {
  override async serializeRequest(
    operation: Operation,
    input: object,
    context: Parameters<SerializeRequest>[2],
  ): ReturnType<SerializeRequest> {
    if (!isPutRecords(operation) || !isWritable(input)) return super.serializeRequest(operation, input, context);
    const request = new HttpRequest({
      method: "POST",
      headers: { ...headersOfPutRecords },
      body: encodePutRecords(input),
    });
    this.updateServiceEndpoint(request, await context.endpoint());
    return request;
  }

  override async deserializeResponse<Output extends Awaited<ReturnType<DeserializeResponse>>>(
    operation: Operation,
    context: Parameters<DeserializeResponse>[1],
    response: Response,
  ): Promise<Output> {
    if (!isPutRecords(operation) || this.isErrorResponse(response.statusCode)) {
      return super.deserializeResponse(operation, context, response);
    }
    const bytes = await context.streamCollector(response.body);
    const headers = Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const $metadata = this.deserializeMetadata({ ...response, headers: Object.fromEntries(headers) });
    // The answer has the names of the SDK's output, and nothing in it but text and numbers.
    const answer = bytes.length === 0 ? {} : (JSON.parse(textOf(bytes)) as object);
    return { ...answer, $metadata } as Output;
  }
}

const headersOfPutRecords = {
  "content-type": "application/x-amz-json-1.1",
  "x-amz-target": "Kinesis_20131202.PutRecords",
};

const isPutRecords = ({ name }: Operation) => name === "PutRecords";

/** True if the input has only fields that are written by hand. The SDK writes an input with any other field. */
function isWritable(input: object): input is PutRecordsCommandInput {
  const { Records, ...target } = input as Partial<PutRecordsCommandInput>;
  return (
    Array.isArray(Records) && Object.values(target).every((value) => typeof value === "string" || value === undefined)
  );
}

// In JSON a UTF-16 unit has at most six characters (`\u0000`), and in UTF-8 at most three bytes.
const MOST_BYTES_PER_UNIT = 6;
const namesAndMarks = '{"Data":"","PartitionKey":"","ExplicitHashKey":""},'.length;

/** The body of a PutRecords request: UTF-8 JSON. */
export function encodePutRecords({ Records, ...target }: PutRecordsCommandInput): Uint8Array {
  const head = JSON.stringify(target);
  const open = head === "{}" ? '{"Records":[' : `${head.slice(0, -1)},"Records":[`;
  let most = MOST_BYTES_PER_UNIT * open.length + "]}".length;
  for (const { Data = noBytes, PartitionKey = "", ExplicitHashKey = "" } of Records ?? []) {
    most += base64Length(Data) + MOST_BYTES_PER_UNIT * (PartitionKey.length + ExplicitHashKey.length) + namesAndMarks;
  }
  const body = Buffer.allocUnsafeSlow(most);
  let at = body.write(open);
  let separator = "";
  for (const { Data = noBytes, PartitionKey, ExplicitHashKey } of Records ?? []) {
    const hashKey = ExplicitHashKey === undefined ? "" : `,"ExplicitHashKey":${JSON.stringify(ExplicitHashKey)}`;
    at += body.write(
      `${separator}{"Data":"${base64Of(Data)}","PartitionKey":${JSON.stringify(PartitionKey)}${hashKey}}`,
      at,
    );
    separator = ",";
  }
  at += body.write("]}", at);
  return body.subarray(0, at);
}

const noBytes = new Uint8Array(0);
const base64Length = ({ length }: Uint8Array) => 4 * Math.ceil(length / 3);

const base64Of = (data: Uint8Array) => toBuffer(data).toString("base64");
const textOf = (data: Uint8Array) => toBuffer(data).toString();

function toBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
