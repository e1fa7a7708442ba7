import type { Contract } from "@millrace/schema-graph";
import type { CompiledContracts, DataValidator } from "@millrace/event-contracts";
import type { Fault } from "../../registry/fault.ts";
import type { Registry, SchemaFile } from "../../registry/registry.ts";
import { groupBy } from "../../group-by.ts";

/** Every contract has examples, valid ones are valid and invalid ones are not. */
export function checkExamples(
  registry: Registry,
  examples: readonly SchemaFile[],
  contracts: CompiledContracts,
): Fault[] {
  const byContract = groupBy(examples, ({ file }) => contractIdOf(file, registry));
  const strays = byContract.get(undefined) ?? [];
  return [
    ...strays.map(({ file }) => strayFault(file)),
    ...registry.contracts.flatMap((contract) => {
      const validate = contracts.validatorOf(contract.id);
      // The document's own faults are told elsewhere.
      return validate === undefined ? [] : checkContract(contract, byContract.get(contract.id) ?? [], validate);
    }),
  ];
}

function checkContract(contract: Contract, examples: SchemaFile[], validate: DataValidator): Fault[] {
  const folder = contract.file.replace(/^events/, "examples").replace(/\.json$/, "");
  const faults: Fault[] = [];
  for (const kind of ["valid", "invalid"]) {
    const own = examples.filter(({ file }) => file.startsWith(`${folder}/${kind}/`));
    if (own.length === 0) {
      const fix = `Add ${folder}/${kind}/<what-it-shows>.json with the data of an event.`;
      faults.push({ file: contract.file, pointer: "", rule: "missing-example", message: `No ${kind} example.`, fix });
    }
    faults.push(...own.flatMap((example) => checkExample(example, kind, validate)));
  }
  return faults;
}

function checkExample({ file, value }: SchemaFile, kind: string, validate: DataValidator): Fault[] {
  const errors = validate(value)?.errors ?? [];
  if (kind === "valid") {
    return errors.map(({ instancePath, message }) => {
      const fix = "Correct the example, or the schema if the example is right.";
      return {
        file,
        pointer: instancePath,
        rule: "example",
        message: `The valid example ${message ?? "is wrong"}.`,
        fix,
      };
    });
  }
  if (errors.length > 0) return [];
  const message = "The invalid example is valid: the schema does not refuse what it should.";
  return [{ file, pointer: "", rule: "example", message, fix: "Constrain the schema, or move the example to valid/." }];
}

function strayFault(file: string): Fault {
  const message = "The example belongs to no contract.";
  const fix = "Put it under examples/<domain>/<event>/<version>/valid or …/invalid of an existing version.";
  return { file, pointer: "", rule: "stray-example", message, fix };
}

function contractIdOf(file: string, registry: Registry): string | undefined {
  const match = /^examples\/(.+)\/(?:valid|invalid)\/[^/]+\.json$/.exec(file);
  const contract = registry.contracts.find((candidate) => candidate.file === `events/${match?.[1] ?? ""}.json`);
  return contract?.id;
}
