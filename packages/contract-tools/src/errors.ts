import { EventContractsError } from "@millrace/event-contracts";

/** Schema files that cannot be taken into the registry. */
export class RegistryError extends EventContractsError {
  override readonly name = "RegistryError";
  readonly code = "MILLRACE_REGISTRY";
  readonly faults: readonly { file: string; pointer: string; rule: string; message: string; fix: string }[];
  constructor(faults: RegistryError["faults"]) {
    const list = faults.map((fault) => `${fault.file}#${fault.pointer}: ${fault.message} ${fault.fix}`).join("\n  ");
    super(`${faults.length} fault(s) in the schemas:\n  ${list}`);
    this.faults = faults;
  }
}
