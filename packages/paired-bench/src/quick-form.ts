/** The result of a bench's quick form. */
export interface QuickForm {
  /** Name → cost to that of a reference: the higher, the worse. */
  readonly ratios: Readonly<Record<string, number>>;
  /** The part of the real work that the bench does not measure. */
  readonly leavesOut: string;
}

const DIGITS = 3;

/** Prints a quick form as one line of JSON, the last one of a bench. */
export function printQuickForm({ ratios, leavesOut }: QuickForm): void {
  const rounded = Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toFixed(DIGITS))]);
  console.log(JSON.stringify({ ratios: Object.fromEntries(rounded) as object, leavesOut }));
}

/** Reads the quick form from the last line of a bench's output; throws if there is none. */
export function parseQuickForm(output: string): QuickForm {
  const line = output.trim().split("\n").at(-1) ?? "";
  let form: Partial<QuickForm> | null;
  try {
    form = JSON.parse(line) as Partial<QuickForm> | null;
  } catch (cause) {
    throw new Error(`The last line of a quick form is its JSON, got ${line.slice(0, 200)}`, { cause });
  }
  const ratios = form?.ratios;
  if (ratios === undefined || Object.keys(ratios).length === 0 || typeof form?.leavesOut !== "string") {
    throw new Error(`A quick form has ratios and says what it leaves out, got ${line.slice(0, 200)}`);
  }
  for (const [name, ratio] of Object.entries(ratios)) {
    if (!(Number.isFinite(ratio) && ratio > 0)) throw new Error(`The ratio "${name}" is no number above 0: ${ratio}`);
  }
  return { ratios, leavesOut: form.leavesOut };
}
