const decoder = new TextDecoder();

/** The JSON of the one event of a record, without the end of its line. */
export function eventText(data: Uint8Array): string {
  const text = decoder.decode(data);
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
