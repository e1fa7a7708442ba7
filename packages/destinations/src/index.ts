export type { CallService, ServiceAnswer } from "./entries/call-service.ts";
export { signedServices } from "./entries/signed-services.ts";
export { ObjectRefusedError } from "./errors.ts";
export { openDestination, type OwnPlace, targetOf } from "./open-destination.ts";
export type { Connections, Target, WriterOfKind } from "./writer-of-kind.ts";
export { type UndeliveredStore, UndeliveredWriter } from "./undelivered/undelivered-writer.ts";
