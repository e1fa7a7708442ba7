import { randomUUID } from "node:crypto";
import type { ObjectValue } from "./dynamic-value.ts";

/** One change that a provider carried out, in order. */
export interface AppliedChange {
  readonly action: "create" | "update" | "delete";
  readonly type: string;
  /** `name`, or whichever attribute names the resource; empty for a type without one. */
  readonly name: string;
}

interface Thing {
  readonly type: string;
  readonly state: ObjectValue;
}

/** Everything that exists at the providers' APIs: resources that were applied or that were there before. */
export class World {
  readonly #things = new Map<string, Thing>();
  readonly #applied: AppliedChange[] = [];

  get applied(): readonly AppliedChange[] {
    return this.#applied;
  }

  get size(): number {
    return this.#things.size;
  }

  /** @returns the handle under which Terraform will ask for it (the resource's private data) */
  create(type: string, state: ObjectValue): string {
    const handle = randomUUID();
    this.#things.set(handle, { type, state });
    this.#applied.push({ action: "create", type, name: nameOf(state) });
    return handle;
  }

  update(handle: string, type: string, state: ObjectValue): void {
    this.#things.set(handle, { type, state });
    this.#applied.push({ action: "update", type, name: nameOf(state) });
  }

  delete(handle: string, type: string, state: ObjectValue): void {
    this.#things.delete(handle);
    this.#applied.push({ action: "delete", type, name: nameOf(state) });
  }

  read(handle: string): ObjectValue | undefined {
    return this.#things.get(handle)?.state;
  }

  /** Puts something there that Terraform has not made: for imports and drift. */
  seed(type: string, state: ObjectValue): void {
    this.#things.set(randomUUID(), { type, state });
  }

  /** Completes something that was there before, once Terraform takes it over. */
  adopt(handle: string, type: string, state: ObjectValue): void {
    this.#things.set(handle, { type, state });
  }

  /**
   * Changes what exists behind Terraform's back; `undefined` removes it.
   *
   * @returns undoes the change
   * @throws RangeError when there is not exactly one such thing
   */
  tamper(type: string, isMeant: (state: ObjectValue) => boolean, change: ObjectValue | undefined): () => void {
    const found = [...this.#things].filter(([, thing]) => thing.type === type && isMeant(thing.state));
    const [[handle, thing] = []] = found;
    if (found.length !== 1 || handle === undefined || thing === undefined) {
      throw new RangeError(`There are ${found.length} things of the type ${type} to tamper with, and not one.`);
    }
    if (change === undefined) this.#things.delete(handle);
    else this.#things.set(handle, { type, state: { ...thing.state, ...change } });
    return () => void this.#things.set(handle, thing);
  }

  findById(type: string, id: string): readonly [handle: string, state: ObjectValue] | undefined {
    for (const [handle, thing] of this.#things) {
      if (thing.type === type && (thing.state["id"] === id || nameOf(thing.state) === id)) return [handle, thing.state];
    }
    return undefined;
  }

  list(): readonly Thing[] {
    return [...this.#things.values()];
  }
}

const naming = ["bucket", "function_name", "alarm_name", "dashboard_name", "name"];

function nameOf(state: ObjectValue): string {
  const given = naming.map((attribute) => state[attribute]).find((value) => typeof value === "string");
  if (typeof given === "string") return given;
  const [metadata] = Array.isArray(state["metadata"]) ? (state["metadata"] as readonly ObjectValue[]) : [];
  return typeof metadata?.["name"] === "string" ? metadata["name"] : "";
}
