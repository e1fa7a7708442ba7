interface Content {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Tells the contents of records apart: stream, partition key and bytes. */
export class Contents<T> {
  /** Copies of each content, in the order in which they came. */
  readonly all: T[] = [];
  readonly #create: () => T;
  /** Few contents share a key and a length, and comparing them is cheaper than a digest of each. */
  readonly #alike = new Map<string, { readonly data: Uint8Array; readonly value: T }[]>();

  constructor(create: () => T) {
    this.#create = create;
  }

  of(streamName: string, { partitionKey, data }: Content): T {
    const name = `${streamName} ${data.byteLength} ${partitionKey}`;
    let alike = this.#alike.get(name);
    if (alike === undefined) {
      alike = [];
      this.#alike.set(name, alike);
    }
    const known = alike.find((content) => content.data === data || Buffer.compare(content.data, data) === 0);
    if (known !== undefined) return known.value;
    const value = this.#create();
    alike.push({ data, value });
    this.all.push(value);
    return value;
  }
}
