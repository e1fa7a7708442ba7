import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { ProviderService, Requests } from "./provider-service.ts";

/** A provider that listens, as Terraform's `TF_REATTACH_PROVIDERS` describes it. */
export interface ListeningProvider {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  close(): void;
}

/** Larger than any plan of a stack. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

const definition = loadSync(join(import.meta.dirname, "tfplugin6.proto"), {
  keepCase: true,
  enums: String,
  longs: Number,
  defaults: true,
});

/**
 * Serves a provider on a free port of this machine, in plain gRPC: Terraform is told where it listens and starts
 * nothing.
 */
export async function startProvider(service: ProviderService): Promise<ListeningProvider> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  const packageDefinition = grpc.loadPackageDefinition(definition) as unknown as {
    tfplugin6: { Provider: grpc.ServiceClientConstructor };
  };
  server.addService(packageDefinition.tfplugin6.Provider.service, {
    GetMetadata: answer(() => service.metadata()),
    GetProviderSchema: answer(() => service.schemas()),
    ValidateProviderConfig: answer(() => ({})),
    ValidateResourceConfig: answer(() => ({})),
    ValidateDataResourceConfig: answer(() => ({})),
    UpgradeResourceState: answer((request: Requests["upgrade"]) => service.upgrade(request)),
    ConfigureProvider: answer((request: Requests["configure"]) => service.configure(request)),
    ReadResource: answer((request: Requests["read"]) => service.read(request)),
    PlanResourceChange: answer((request: Requests["plan"]) => service.plan(request)),
    ApplyResourceChange: answer((request: Requests["apply"]) => service.apply(request)),
    ImportResourceState: answer((request: Requests["import"]) => service.import(request)),
    ReadDataSource: answer((request: Requests["readData"]) => service.readData(request)),
    StopProvider: answer(() => ({})),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

/** A fault of the stand-in itself reaches the reader of Terraform's output. */
const answer =
  <Request>(handle: (request: Request) => object): grpc.handleUnaryCall<Request, object> =>
  ({ request }, callback) => {
    try {
      callback(null, handle(request));
    } catch (error) {
      callback({ code: grpc.status.INTERNAL, details: `The stand-in provider failed: ${String(error)}` });
    }
  };
