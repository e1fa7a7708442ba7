/** Whether the service wants requests. One object, shared by the probes, the answers and the drain. */
export class Health {
  #isDraining = false;

  get isDraining(): boolean {
    return this.#isDraining;
  }

  startDraining(): void {
    this.#isDraining = true;
  }
}
