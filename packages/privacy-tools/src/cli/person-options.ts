import { Option, together } from "@millrace/command-line";
import { UsageError } from "../errors.ts";
import type { Identifier } from "../person/person.ts";
import type { Terminal } from "./output.ts";

/** Options that say who is meant; each may stand several times. */
export const personOptions = {
  subject: new Option("--subject <value>", "id of a person, as events name it").argParser(together),
  email: new Option("--email <value>", "address of a person").argParser(together),
  class: new Option("--class <annotated class>", "other class of personal data, with its --value").argParser(together),
  value: new Option("--value <value>", "of --class; - here and above reads a line of standard input").argParser(
    together,
  ),
};

export interface PersonValues {
  readonly subject?: readonly string[] | undefined;
  readonly email?: readonly string[] | undefined;
  readonly class?: readonly string[] | undefined;
  readonly value?: readonly string[] | undefined;
}

const personUsage = "--subject <value> | --email <value> | --class <annotated class> --value <value> …";

/**
 * Reads who is meant. `-` in the place of a value reads a line of standard input, in the order of this text: subjects,
 * addresses, other classes.
 *
 * @throws UsageError
 */
export async function readIdentifiers(values: PersonValues, terminal: Terminal): Promise<readonly Identifier[]> {
  const { class: classes = [], value: classValues = [], subject: subjects = [], email: emails = [] } = values;
  if (classes.length !== classValues.length) {
    throw new UsageError("Each --class takes a --value after it, such as --class user-id --value -.");
  }
  const asked = [
    ...subjects.map((value) => ({ class: "subject", value })),
    ...emails.map((value) => ({ class: "email", value })),
    ...classes.map((name, at) => ({ class: name, value: classValues[at] ?? "" })),
  ];
  if (asked.length === 0)
    throw new UsageError(`Say who is meant: ${personUsage}; - reads a value from standard input.`);
  if (asked.some(({ value }) => value !== "-")) {
    terminal.err("A value in a command line stays in the shell's history. Give - and type it, or pipe it in.");
  }
  const identifiers: Identifier[] = [];
  for (const { class: name, value } of asked) {
    const read = value === "-" ? await terminal.readLine() : value;
    if (read === undefined || read.trim() === "") {
      throw new UsageError(`The value of ${name} is empty. Type it on standard input, or give it after the option.`);
    }
    identifiers.push({ class: name, value: read });
  }
  return identifiers;
}
