import { jestConfig } from "@millrace/jest-preset";

// Most of a test's time it waits: for polls, buffers and drains of a pipeline in processes of its own.
export default jestConfig({ maxWorkers: 2 });
