export { type Answer, type CanaryDependencies, createCanaryHandler } from "./create-canary-handler.ts";
export { userAgent } from "./user-agent.ts";
