import type { Document, Fault } from "./document.ts";

const SOURCE = /(?:^|\/)src\/.*\.ts$/;
const GENERATED = /\/generated\//;

/** A constant of a module whose value is a number, or arithmetic with numbers, under a name in camelCase. */
const NUMBER_IN_CAMEL_CASE =
  /^(?:export )?const ([a-z]\w*)(?:: \w+)? = -?\d[\d_.]*n?(?:(?: [*/+-] | \*\* )[\d_.]+n?)*(?: as const)?;$/;

/** Finds constants of modules that hold a number and are not named in UPPER_CASE. */
export function checkConstants(files: readonly Document[]): readonly Fault[] {
  return files
    .filter(({ path }) => SOURCE.test(path) && !GENERATED.test(path))
    .flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => {
        const name = NUMBER_IN_CAMEL_CASE.exec(line)?.[1];
        if (name === undefined) return [];
        return [{ file: path, line: index + 1, code: "constant-name", message: `Name ${name} in UPPER_CASE.` }];
      }),
    );
}
