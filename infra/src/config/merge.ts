/** A configuration without the members that `Defaults` has. Groups that both have may be given in part. */
export type Differences<Full, Defaults> = Full extends number | string | boolean | readonly unknown[]
  ? Full
  : {
      [Key in keyof Full as Key extends keyof Defaults ? never : Key]: Full[Key];
    } & {
      [Key in keyof Full as Key extends keyof Defaults ? Key : never]?: Key extends keyof Defaults
        ? Differences<Full[Key], Defaults[Key]>
        : never;
    };

type Group = Readonly<Record<string, unknown>>;

const isGroup = (value: unknown): value is Group =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keys that choose between forms of a setting, such as a provisioned and an on-demand stream. */
const CHOICES = ["mode", "from"] as const;

/**
 * The defaults with the differences over them. Groups are merged by key. A number, text or list is replaced, and so is
 * a group that makes another choice: the settings of one form mean nothing in another.
 */
export function merge(defaults: unknown, differences: unknown): unknown {
  if (differences === undefined) return defaults;
  if (!isGroup(defaults) || !isGroup(differences)) return differences;
  if (CHOICES.some((choice) => differences[choice] !== undefined && differences[choice] !== defaults[choice])) {
    return differences;
  }
  return Object.fromEntries(
    [...new Set([...Object.keys(defaults), ...Object.keys(differences)])].map((key) => [
      key,
      merge(defaults[key], differences[key]),
    ]),
  );
}
