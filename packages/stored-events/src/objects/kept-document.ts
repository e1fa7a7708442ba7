import type { S3 } from "./open-s3.ts";

/**
 * A small document beside the data that one writer at a time replaces, as ledgers are. Each write names the version
 * that it replaces, so that a process that was thought dead cannot overwrite what another has done since.
 */
export class KeptDocument {
  readonly #s3: Pick<S3, "getVersion" | "putIf">;
  readonly #bucket: string;
  readonly #key: string;
  #etag: string | undefined;

  private constructor(s3: Pick<S3, "getVersion" | "putIf">, bucket: string, key: string, etag: string | undefined) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#key = key;
    this.#etag = etag;
  }

  /** The document as it lies there; `text` is undefined when there is none yet. */
  static async open(
    s3: Pick<S3, "getVersion" | "putIf">,
    bucket: string,
    key: string,
  ): Promise<{ readonly document: KeptDocument; readonly text: string | undefined }> {
    const found = await s3.getVersion(bucket, key);
    return { document: new KeptDocument(s3, bucket, key, found?.etag), text: found?.text };
  }

  /**
   * Writes the next version.
   * @returns false when somebody else has written since, and then nothing has changed
   */
  async replace(text: string): Promise<boolean> {
    const condition = this.#etag === undefined ? "absent" : { etag: this.#etag };
    const etag = await this.#s3.putIf(this.#bucket, this.#key, text, condition);
    if (etag !== undefined) {
      this.#etag = etag;
      return true;
    }
    // The SDK puts again what had no answer: then our own write is what refuses us.
    const there = await this.#s3.getVersion(this.#bucket, this.#key);
    if (there?.text !== text) return false;
    this.#etag = there.etag;
    return true;
  }
}
