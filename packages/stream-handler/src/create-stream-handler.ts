import type { StreamHandler, StreamHandlerOptions } from "./types.ts";

export declare function createStreamHandler(options: StreamHandlerOptions): StreamHandler;
