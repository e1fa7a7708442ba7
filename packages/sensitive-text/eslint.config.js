import { eslintConfig } from "@millrace/eslint-config";

export default eslintConfig(import.meta.dirname);
