/** `pnpm build`: bundles the page into `dist/page`. */
import { buildPage } from "../src/build-page.ts";

await buildPage();
