import { Buffer } from "node:buffer";
import type { PrivacyKey } from "../../src/index.ts";

export const key: PrivacyKey = { id: "k1", key: Buffer.alloc(32, 1) };
export const olderKey: PrivacyKey = { id: "k0", key: Buffer.alloc(32, 2) };
