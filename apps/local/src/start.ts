/** `pnpm start`: keeps the compiled sources from one start to the next, then runs {@link file://./main.ts}. */
import { enableCompileCache } from "node:module";
import { join } from "node:path";

enableCompileCache(join(import.meta.dirname, "..", "dist", "compile-cache"));
await import("./main.ts");
