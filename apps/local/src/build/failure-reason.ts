import { stripVTControlCharacters } from "node:util";

/** Lines of a failed program that are shown when none of them is an error's message. */
const MAX_LAST_LINES = 12;
/** Lines of messages: an error of the schemas has one for each fault. */
const MAX_MESSAGE_LINES = 40;

const turboPrefix = /^@millrace\/[\w-]+:\w+: /;
const frameLine =
  /^(> |\s*• |cache (?:miss|hit)|WARNING {2}|\s*(Tasks|Cached|Time|Failed):|\s+at | ELIFECYCLE |@millrace\/\S+ {2}ERROR | ERROR {2}run failed)/;

/**
 * Returns the lines of a failed program's output that tell the reason. An error that ended a process is its message and
 * those of its causes: Node prints them between a line of the source, the stack and the error's members.
 */
export function failureReason(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.replace(turboPrefix, "").trimEnd());
  if (lines.some((line) => /^Node\.js v\d/.test(line))) {
    const messages = messagesOf(lines);
    if (messages.length > 0) return messages.slice(0, MAX_MESSAGE_LINES).join("\n");
  }
  return lines
    .filter((line) => line !== "" && !frameLine.test(line))
    .slice(-MAX_LAST_LINES)
    .join("\n");
}

function messagesOf(lines: readonly string[]): readonly string[] {
  const messages: string[] = [];
  let isMessage = false;
  for (const line of lines) {
    const [, cause] = /^\s*\[cause\]: (.*)/.exec(line) ?? [];
    isMessage = cause !== undefined || /^\w*Error(?: \[\w+\])?: /.test(line) || (isMessage && !/^\s+at |^$/.test(line));
    if (isMessage) messages.push(cause ?? line);
  }
  return messages;
}
