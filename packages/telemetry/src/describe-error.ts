import { MAX_LOG_TEXT_LENGTH } from "./limits.ts";

/** Fields of an error in a log line. */
export interface ErrorDescription {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
  readonly stack?: readonly string[];
  readonly cause?: ErrorDescription;
}

const MAX_FRAMES = 5;
const MAX_CAUSES = 3;

/**
 * Describes an error without what it may quote from an event.
 *
 * V8 quotes its input: `JSON.parse` fails with `Unexpected token 'x', ..."{"email":"ada"... is not valid JSON`. So the
 * text is kept only of errors that carry a `code`: those are our own and Node's system errors, and neither quotes an
 * event. Node's checks of arguments do (`ERR_INVALID_ARG_TYPE … Received type string ('ada…`), so of `ERR_…` the code
 * is enough. Of the others, name and stack frames say where to look.
 */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const stack = stackFrames(error);
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    ...(code === undefined || code.startsWith("ERR_") ? {} : { message: error.message.slice(0, MAX_LOG_TEXT_LENGTH) }),
    ...(stack.length === 0 ? {} : { stack }),
    ...(error.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
}

function stackFrames(error: Error): string[] {
  // A stack begins with the message, and a message can have lines that look like frames. Where it is not found as it is
  // now (somebody changed one of the two), nothing can be told apart.
  const stack = error.stack ?? "";
  const messageAt = stack.indexOf(error.message);
  if (messageAt === -1) return [];
  return stack
    .slice(messageAt + error.message.length)
    .split("\n")
    .filter((line) => /^ {4}at \S/.test(line))
    .slice(0, MAX_FRAMES)
    .map((line) => line.trim());
}
