import type { EditableStack } from "../environment-drill.ts";

type Arguments = Record<string, unknown>;

/** The arguments of a resource, to be changed. */
export function resourceAt({ resource }: EditableStack, address: string): Arguments {
  const [type = "", name = ""] = address.split(".");
  const found = resource[type]?.[name];
  if (found === undefined) throw new TypeError(`The stack has no ${address} to plant a fault in.`);
  return found;
}

/** Sets arguments of a resource. */
export const set =
  (address: string, args: Arguments) =>
  (stack: EditableStack): void => {
    Object.assign(resourceAt(stack, address), args);
  };

/** Replaces text everywhere in a resource: a reference, a word of a statement. */
export const replaceIn =
  (address: string, from: string, to: string) =>
  (stack: EditableStack): void => {
    const args = resourceAt(stack, address);
    const text = JSON.stringify(args);
    if (!text.includes(from)) throw new TypeError(`${address} has no ${from} to replace.`);
    Object.assign(args, JSON.parse(text.replaceAll(from, to)));
  };

/** Takes dependencies out of a resource. */
export const without =
  (address: string, isDropped: (dependency: string) => boolean) =>
  (stack: EditableStack): void => {
    const args = resourceAt(stack, address);
    const dependencies = (args["depends_on"] ?? []) as readonly string[];
    args["depends_on"] = dependencies.filter((dependency) => !isDropped(dependency));
  };

/** Gives a resource another name in Terraform, as a changed construct id does. */
export const rename =
  (address: string, name: string) =>
  (stack: EditableStack): void => {
    const [type = "", old = ""] = address.split(".");
    // Outputs and dependencies name it too.
    const text = JSON.stringify(stack).replaceAll(new RegExp(`${type}\\.${old}\\b`, "g"), `${type}.${name}`);
    Object.assign(stack, JSON.parse(text));
    const entries = Object.entries(stack.resource[type] ?? {});
    stack.resource[type] = Object.fromEntries(entries.map(([key, args]) => [key === old ? name : key, args]));
  };
