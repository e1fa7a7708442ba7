// The function as it would be if every validator was set up at start (0010).
import { contracts } from "#contracts";

for (const schemaId of contracts.schemaIds()) contracts.validatorOf(schemaId)?.({});

export { handler } from "../../../src/handler.ts";
