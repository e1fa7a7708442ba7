/** Readiness of the service for requests. One object, shared by the probes, the answers and the drain. */
export class Health {
  #isDraining = false;
  #missing: string | undefined;

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** The reason why no request can be taken yet; `undefined` once there is none. */
  get missing(): string | undefined {
    return this.#missing;
  }

  startDraining(): void {
    this.#isDraining = true;
  }

  waitFor(missing: string | undefined): void {
    this.#missing = missing;
  }
}
