import type { Document, Fault } from "./document.ts";

const SOURCE = /(?:^|\/)src\/.*\.ts$/;
const GENERATED = /\/generated\//;
const LISTED_IN = "packages/repository-rules/src/folders-with-old-names.ts";

/** A constant of a module whose value is a number, or arithmetic with numbers, under a name in camelCase. */
const NUMBER_IN_CAMEL_CASE =
  /^(?:export )?const ([a-z]\w*)(?:: \w+)? = -?\d[\d_.]*n?(?:(?: [*/+-] | \*\* )[\d_.]+n?)*(?: as const)?;$/;

/**
 * Finds constants of modules that hold a number and are not named in UPPER_CASE.
 *
 * @param unclean Folders that are not held to the rule yet. A folder without a fault must be taken off this list.
 */
export function checkConstants(files: readonly Document[], unclean: readonly string[]): readonly Fault[] {
  const faults = files
    .filter(({ path }) => SOURCE.test(path) && !GENERATED.test(path))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => {
        const name = NUMBER_IN_CAMEL_CASE.exec(line)?.[1];
        if (name === undefined) return [];
        return [{ file: path, line: index + 1, code: "constant-name", message: `Name ${name} in UPPER_CASE.` }];
      }),
    );
  const folderOf = ({ file }: Fault) => unclean.find((folder) => file.startsWith(`${folder}/`));
  const foldersWithFaults = new Set(faults.map(folderOf));
  const clean = unclean.filter((folder) => !foldersWithFaults.has(folder));
  return [
    ...faults.filter((fault) => folderOf(fault) === undefined),
    ...clean.map((folder) => ({
      file: LISTED_IN,
      line: 1,
      code: "constants-are-clean",
      message: `${folder} has no such constant any longer: take it off the list.`,
    })),
  ];
}
