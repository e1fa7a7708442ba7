/** A policy document would fill a screen. */
const SHOWN_CHARACTERS = 160;

/** Texts that differ in each run or are secret, and their replacements. */
const replacements: readonly (readonly [RegExp, string])[] = [
  [/mrw_dev_[\w-]+/g, "mrw_dev_…"],
  [/RSA_PUBLIC_KEY = '[^']*'/g, "RSA_PUBLIC_KEY = '…'"],
  [/sha256:[0-9a-f]{64}/g, "sha256:…"],
  [/\b[0-9a-f]{40}\b/g, "<commit>"],
  [/\bvpc-\w+/g, "vpc-…"],
  [/(?<=Terraform: )[\d.]+/g, "1.…"],
  // One more route adds one resource. The page need not change for it.
  [/\b\d+(?= (?:to add|to create|added)\b)/g, "…"],
];

// oxlint-disable-next-line no-control-regex -- what a terminal erases again
const ERASED = /[^\n]*\u001b\[2K/g;
// oxlint-disable-next-line no-control-regex -- that is what a terminal is sent
const TERMINAL_CODES = /\u001b\[[\d;?]*[A-Za-z]|\r/g;
/** Frames of the spinner that npx turns while it waits. */
const SPINNER = /[\u2800-\u28ff]/gu;

/** Lines of a command's output as the page shows them: its own words, with nothing that differs from run to run. */
export function shownLines(output: string, folder: string): readonly string[] {
  const text = replacements.reduce(
    (changed, [pattern, shown]) => changed.replaceAll(pattern, shown),
    [ERASED, TERMINAL_CODES, SPINNER, `${folder}/`].reduce<string>((left, gone) => left.replaceAll(gone, ""), output),
  );
  return foldTerraform(ownWords(text.split("\n"))).map((line) =>
    line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line,
  );
}

/** Drops the lines that pnpm prints before and after, and the installation on a fresh clone. */
function ownWords(lines: readonly string[]): readonly string[] {
  const header = lines.findIndex((line) => line.startsWith("> @millrace/"));
  const own = header < 0 ? lines : lines.slice(header + 2);
  const end = own.findIndex((line) => line.includes("ERR_PNPM_"));
  return (end < 0 ? own : own.slice(0, end - 1)).filter((line) => line.trim() !== "" && !TURBO.test(line));
}

/** The task runner's words about itself. */
const TURBO = /^\s*(• |(Tasks|Cached|Time):)/;

const PROGRESS = /: (Creating|Creation complete|Still creating|Reading|Read complete|Refreshing state|Still reading)/;

/** Terraform prints thousands of lines; a fold stands for each stretch of them. */
function foldTerraform(lines: readonly string[]): readonly string[] {
  const shown: string[] = [];
  let until: RegExp | undefined;
  for (const line of lines) {
    if (until?.test(line) === true) until = undefined;
    if (until !== undefined) continue;
    if (line.startsWith("Terraform used the selected providers")) until = /^Plan: /;
    if (line === "Changes to Outputs:") until = /^dev: /;
    if (line === "Outputs:") until = /^millrace-/;
    const isFolded = until !== undefined || PROGRESS.test(line);
    if (!isFolded) shown.push(line);
    else if (shown.at(-1) !== "…") shown.push("…");
  }
  return shown;
}

/** Commands with what they printed, as a block of Markdown. */
export const block = (commands: readonly string[], lines: readonly string[]): string =>
  ["```console", ...commands.map((command) => `$ ${command}`), ...lines, "```"].join("\n");
