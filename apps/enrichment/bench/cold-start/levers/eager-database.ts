// The function as it would be if the geo database was opened at start (0024).
import { readFileSync } from "node:fs";
import { createBundleReader, createLazyDatabase } from "@millrace/enrichments";

createLazyDatabase("geo/country.mmdb", createBundleReader(import.meta.dirname, readFileSync))("81.2.69.160");

export { handler } from "../../../src/handler.ts";
