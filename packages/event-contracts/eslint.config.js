import { eslintConfig } from "@millrace/eslint-config";

// The fixture is compiled and run by scripts/consume-outside-workspace.ts, in a project of its own.
export default [{ ignores: ["tests/fixtures/**"] }, ...eslintConfig(import.meta.dirname)];
