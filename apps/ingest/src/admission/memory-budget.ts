import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import {
  BUDGET_SHARE_OF_HEAP,
  BUDGET_SHARE_OF_MEMORY,
  CONNECTION_BYTES,
  CONNECTION_SHARE_OF_MEMORY,
  MAX_DEFAULT_BUDGET_BYTES,
  MIN_BUDGET_BYTES,
  MIN_CONNECTIONS,
  PROCESS_BYTES,
} from "../limits.ts";

/** Memory that the process may use: its container's, or the machine's. */
export function readMemoryLimit(): number {
  const constrained = process.constrainedMemory();
  // Without a limit of its own, a control group shows a number beyond any machine's memory.
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/** The heap's own limit, which Node derives from the container's memory. */
export function readHeapLimit(): number {
  return getHeapStatistics().heap_size_limit;
}

/** How the memory of a container is divided. */
export interface MemoryPlan {
  /** Bytes that requests may hold, as {@link chargeForRequest} and its neighbours price it. */
  readonly budgetBytes: number;
  /** Connections kept at once; beyond them the oldest idle one is closed. */
  readonly maxConnections: number;
}

/**
 * Divides a container's memory: the process itself, connections, and the bytes that requests hold. The last also have
 * to fit into the heap, with room for garbage that is not collected yet.
 */
export function planMemory(memoryBytes: number, heapLimitBytes: number): MemoryPlan {
  const forConnections = Math.floor(memoryBytes * CONNECTION_SHARE_OF_MEMORY);
  const forRequests = (memoryBytes - PROCESS_BYTES - forConnections) * BUDGET_SHARE_OF_MEMORY;
  const budgetBytes = Math.min(forRequests, heapLimitBytes * BUDGET_SHARE_OF_HEAP, MAX_DEFAULT_BUDGET_BYTES);
  return {
    budgetBytes: Math.floor(Math.max(MIN_BUDGET_BYTES, budgetBytes)),
    maxConnections: Math.max(MIN_CONNECTIONS, Math.floor(forConnections / CONNECTION_BYTES)),
  };
}
