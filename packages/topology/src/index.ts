export {
  assemble,
  type Assembly,
  type AssemblyRuntime,
  concurrencyOf,
  createStreams,
  type AssembledDelivery,
  type AssembledFunction,
  type AssembledMapping,
  isNotified,
  startConsumers,
} from "./assemble.ts";
export { compareTopologies, type TopologyChanges } from "./compare.ts";
export {
  type DestinationSettings,
  type ModelledKind,
  type ModelledService,
} from "./destinations/destination-model.ts";
export { ModelledDestinations } from "./destinations/modelled-destinations.ts";
export { StackError } from "./errors.ts";
export { createWarehouseObjects, type Landing, landingOf, type WarehouseSchema } from "./warehouse.ts";
export { PipelineMetrics, putDuration, type PipelineMetricsOptions } from "./pipeline-metrics.ts";
export { readLocalTopology, readStreamReaders, readTopology, type StreamReaders } from "./stack/read-topology.ts";
export { createReferenceResolver, type Identity } from "./stack/reference-resolver.ts";
export { readTerraformStack, type TerraformStack } from "./stack/terraform-json.ts";
export type {
  AlarmSettings,
  DeliveryStreamSettings,
  FunctionSettings,
  LocalTopology,
  MappingSettings,
  Objectives,
  ObjectiveSettings,
  PipeSettings,
  PipelineStreams,
  ServiceSettings,
  StreamSettings,
  Topology,
  ViewSettings,
} from "./stack/topology.ts";
