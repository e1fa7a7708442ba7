import { isDeepStrictEqual } from "node:util";
import { DeployError } from "../errors.ts";

/** A synthesized stack, `cdk.tf.json`. */
export interface SynthesizedStack {
  readonly [section: string]: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly provider?: unknown;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly terraform?: unknown;
  readonly variable?: unknown;
}

/** Sections of a stack that Terraform does not run anything for. */
const SECTIONS: ReadonlySet<string> = new Set([
  "//",
  "data",
  "import",
  "output",
  "provider",
  "resource",
  "terraform",
  "variable",
]);

const TEMPLATE = /[$%]\{/;

/**
 * Functions of Terraform that read more than their arguments: `file("/proc/self/environ")` would read the credentials.
 * Those of providers run code of theirs. https://developer.hashicorp.com/terraform/language/functions
 */
const READING_CALL = /\b(?<name>file\w*|template(file|string)|abspath|pathexpand|nonsensitive|provider::[\w:]+)\s*\(/g;

/**
 * Compares the stack of a pull request with the trusted stack of the same environment. Returns everything that it alone
 * would run or send while it is only planned. A plan runs providers with the credentials of the plan role: a provider
 * of the pull request's own, another address for one, a data source that starts a program, a function that reads a
 * file.
 *
 * @returns a fault a line; empty when the stack may be planned
 */
export function inspectStack(stack: SynthesizedStack, trusted: SynthesizedStack): readonly string[] {
  return [
    ...Object.keys(stack)
      .filter((section) => !SECTIONS.has(section))
      .map((section) => `section "${section}": modules and the like run code of their own`),
    ...(["terraform", "provider", "data", "variable"] as const)
      .filter((section) => !isDeepStrictEqual(plain(stack[section]), plain(trusted[section])))
      .map((section) => `section "${section}" differs from the one of main: it decides what runs with credentials`),
    ...resourceFaults(stack, trusted),
    ...texts(stack).flatMap(callFaults),
  ];
}

/**
 * Files that Terraform reads beside the stack: more configuration, values of variables, providers it installed before.
 */
const READ_BY_TERRAFORM = /\.tf(vars)?(\.json)?$|^\.terraform/;

/**
 * @param files names in the stack's folder
 * @throws DeployError with every fault.
 */
export function assertPlannable(stack: SynthesizedStack, trusted: SynthesizedStack, files: readonly string[]): void {
  const faults = [
    ...inspectStack(stack, trusted),
    ...files
      .filter((name) => name !== "cdk.tf.json" && READ_BY_TERRAFORM.test(name))
      .map((name) => `${name} lies beside the stack, and Terraform would read it`),
  ];
  if (faults.length === 0) return;
  throw new DeployError(
    `This stack is not planned before it is merged:\n${faults.map((fault) => `  - ${fault}`).join("\n")}\n` +
      "After the merge, the deployment plans it, and its approver sees that plan.",
  );
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** A type of resource decides which provider runs; a provisioner or another provider's alias is not of ours. */
function resourceFaults(stack: SynthesizedStack, trusted: SynthesizedStack): readonly string[] {
  const prefixes = new Set(Object.keys(trusted.provider ?? {}));
  return Object.entries(stack.resource ?? {}).flatMap(([type, resources]) => [
    ...(prefixes.has(type.split("_")[0] ?? "") ? [] : [`resource type ${type} belongs to no provider of main`]),
    ...Object.entries(resources).flatMap(([name, settings]) =>
      ["provider", "provisioner", "connection"]
        .filter((setting) => setting in settings)
        .map((setting) => `${type}.${name} has a "${setting}"`),
    ),
  ]);
}

function texts(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...texts(member)]);
}

/** Where a template ends, only Terraform's own parser knows: so the whole text is looked at. */
function callFaults(text: string): readonly string[] {
  if (!TEMPLATE.test(text)) return [];
  return [...text.matchAll(READING_CALL)].map(
    ({ groups }) => `${JSON.stringify(text.slice(0, 80))} calls ${groups?.["name"] ?? ""}(), which reads this machine`,
  );
}
