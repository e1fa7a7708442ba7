import { fileURLToPath } from "node:url";
import { jestConfig } from "@millrace/jest-preset";

// It exports itself to `import` alone, which jest's CommonJS is not.
const octokit = "@octokit/webhooks-methods";

export default jestConfig({ moduleNameMapper: { [`^${octokit}$`]: fileURLToPath(import.meta.resolve(octokit)) } });
