import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "@jest/globals";
import { Spool } from "../../src/spool/spool.ts";

/** Gives each test of a file a folder of its own, and closes the spools that it opens there. */
export class TemporarySpools {
  folder = "";
  readonly #opened: Spool[] = [];

  constructor() {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), "ingest-spool-"));
    });
    afterEach(async () => {
      await Promise.all(this.#opened.splice(0).map((spool) => spool.close()));
      rmSync(this.folder, { recursive: true });
    });
  }

  async open(maxBytes = 1_000_000): Promise<Spool> {
    const spool = await Spool.open({ folder: this.folder, maxBytes, onError: () => undefined });
    this.#opened.push(spool);
    return spool;
  }
}
