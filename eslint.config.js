import { eslintConfig } from "@millrace/eslint-config";

/** The repository's own programs; every package has a configuration of its own. */
export default [{ ignores: ["apps/**", "packages/**", "infra/**"] }, ...eslintConfig(import.meta.dirname)];
