import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderEnvironmentPlaces } from "./inputs/environment-places.ts";

writeFileSync(join(import.meta.dirname, "../environments.json"), renderEnvironmentPlaces());
