import type { SendSigned } from "@millrace/aws-request";
import type { EntryFault } from "./entry-service.ts";
import { unanswered } from "./entry-writer.ts";

/** The answer of a service that speaks JSON, whatever its status. */
export interface ServiceAnswer {
  readonly status: number;
  /** As text. */
  readonly body: string;
}

/** Calls an operation of a service that speaks JSON. Rejects when there is no answer. */
export type CallService = (operation: string, input: object, signal: AbortSignal) => Promise<ServiceAnswer>;

/**
 * Calls over signed requests.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 *
 * @param target `AmazonSQS`: before the operation in `X-Amz-Target`
 */
export function createCallService(send: SendSigned, target: string, version: "1.0" | "1.1"): CallService {
  return async (operation, input, signal) => {
    const { status, body } = await send({
      method: "POST",
      path: "/",
      headers: { "content-type": `application/x-amz-json-${version}`, "x-amz-target": `${target}.${operation}` },
      body: JSON.stringify(input),
      signal,
    });
    return { status, body: body.toString() };
  };
}

/**
 * Sends entries in one request. Returns the fault of each that the answer tells, or, without an answer or with a
 * refusal of the whole request, that fault for every entry.
 *
 * @param request asks once; rejects when there is no answer
 * @param read gives one fault or none for each entry of an answer with status 200
 */
export async function sendEntries(
  count: number,
  words: ServiceWords,
  request: () => Promise<ServiceAnswer>,
  read: (answer: Readonly<Record<string, unknown>>, count: number) => readonly (EntryFault | undefined)[],
): Promise<readonly (EntryFault | undefined)[]> {
  const forAll = (fault: EntryFault): readonly EntryFault[] => Array.from({ length: count }, () => fault);
  try {
    const answer = await request();
    return answer.status === 200 ? read(membersOf(answer.body), count) : forAll(faultOfRequest(answer, words));
  } catch (error) {
    return forAll(faultOfConnection(error));
  }
}

/** The words of one service for what goes wrong; both a request and an entry may be answered with them. */
export interface ServiceWords {
  readonly throttled: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  /** The entry cannot be stored as it is; in the answer to a whole request, one of them. */
  readonly refused: ReadonlySet<string>;
}

/** Common to all services. https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const THROTTLED = new Set(["Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException"]);
const DENIED = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "ExpiredToken",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InvalidClientTokenId",
  "InvalidSecurity",
  "InvalidSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "NotAuthorized",
  "OptInRequired",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

/**
 * The fault of an entry that an error code stands for.
 * @param isOfRequest the code stands for a whole request, of which an entry may be innocent
 */
export function faultOf(code: string, message: string, words: ServiceWords, isOfRequest: boolean): EntryFault {
  const base = { code, message, isAmbiguous: false } as const;
  if (words.throttled.has(code) || THROTTLED.has(code)) {
    return { ...base, reason: "throttled", concerns: "moment", remedy: "again" };
  }
  if (words.missing.has(code)) return { ...base, reason: "rejected", concerns: "stream", remedy: "none" };
  if (DENIED.has(code)) return { ...base, reason: "rejected", concerns: "caller", remedy: "none" };
  if (words.refused.has(code)) {
    return { ...base, reason: "rejected", concerns: "record", remedy: isOfRequest ? "apart" : "none" };
  }
  return { ...unanswered(message), code };
}

/** The fault of each entry of a request that was answered with an error, or in no words of the service. */
function faultOfRequest({ status, body }: ServiceAnswer, words: ServiceWords): EntryFault {
  const { __type: type, message, Message } = membersOf(body);
  const code = typeof type === "string" ? (type.split("#").at(-1) ?? "") : "";
  const text = [message, Message].find((one) => typeof one === "string") ?? `status ${status}`;
  if (code !== "") {
    const fault = faultOf(code, text, words, true);
    if (fault.reason !== "unknown" || status >= 500 || PASSING.test(code)) return fault;
    return { ...fault, reason: "rejected", concerns: "caller", isAmbiguous: false, remedy: "none" };
  }
  // A proxy's words. A request that it turned away is not stored.
  if (status === 429) return faultOf("Throttling", text, words, true);
  return unanswered(`status ${status} without an error of the service`);
}

/** Names of failures of a service, which front ends give a status of 4xx now and then. */
const PASSING = /Internal|Unavailable|Timeout/;

/** The fault of each entry of a request that got no answer. A connection that was refused has carried nothing. */
function faultOfConnection(error: unknown): EntryFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === NO_CREDENTIALS) {
    const fault = { code: error.name, message, cause: error, isAmbiguous: false } as const;
    return { ...fault, reason: "rejected", concerns: "caller", remedy: "none" };
  }
  if (!NOT_CONNECTED.has(code)) return unanswered(message, error);
  return {
    ...unanswered(message, error),
    code,
    reason: "unavailable",
    isAmbiguous: false,
  };
}

/** Name of the SDK's error where it finds no credentials; the request was not sent, and the next one would not be. */
const NO_CREDENTIALS = "CredentialsProviderError";

const NOT_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/** The members of a JSON object; none for any other text. */
export function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
