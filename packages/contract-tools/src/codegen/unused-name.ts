/** The name, with a number if others have it. */
export function unusedName(name: string, used: ReadonlySet<string>): string {
  let unused = name;
  for (let count = 2; used.has(unused); count += 1) unused = `${name}_${count}`;
  return unused;
}
