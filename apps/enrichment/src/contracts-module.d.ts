// The module that scripts/build.ts generates from schemas/ (package.json, "imports").
import type { CompiledContracts } from "@millrace/event-contracts";

export declare const contracts: CompiledContracts;
