import { destinationKinds, type KnownKind } from "@millrace/destinations/kinds";
import type { DestinationModel, ModelledKind } from "./destination-model.ts";
import { eventbridge } from "./eventbridge.ts";
import { sqs } from "./sqs.ts";

const models: Readonly<Record<ModelledKind, DestinationModel>> = { sqs, eventbridge };

/** Every kind that is no stream, with its model. */
export const modelledKinds: readonly (KnownKind & { readonly kind: ModelledKind; readonly model: DestinationModel })[] =
  (Object.keys(models) as ModelledKind[]).map((kind) => ({ ...destinationKinds[kind], kind, model: models[kind] }));
