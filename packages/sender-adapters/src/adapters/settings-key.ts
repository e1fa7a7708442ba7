/** The write key that a path names. `undefined` where it is not percent-encoded UTF-8. */
export function readSettingsKey(pattern: RegExp, path: string): string | undefined {
  try {
    return decodeURIComponent(pattern.exec(path)?.[1] ?? "");
  } catch {
    return undefined;
  }
}
