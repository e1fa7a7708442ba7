import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { KubernetesError } from "../errors.ts";
import type { AwsCommandLine } from "../programs/aws-command-line.ts";

/** The members that are read of objects and lists of the Kubernetes API. */
export interface KubernetesObject {
  readonly items?: readonly KubernetesObject[];
  readonly status?: {
    readonly allowed?: boolean;
    readonly availableReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  readonly rules?: unknown;
  readonly roleRef?: unknown;
  readonly subjects?: unknown;
}

export type Method = "GET" | "POST" | "PATCH";

/** The Kubernetes API of one cluster, with the rights of the user who runs the command. */
export interface ClusterApi {
  /** @throws KubernetesError */
  call(method: Method, path: string, body?: object): Promise<KubernetesObject>;
  /** Like `call("GET", …)`, with `undefined` for what there is none of. */
  find(path: string): Promise<KubernetesObject | undefined>;
}

const REQUEST_TIMEOUT_MS = 15_000;

/** Applying an object twice changes it once: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
const APPLY = "application/apply-patch+yaml";

/** Reaches a cluster by its EKS name; the token comes from `aws eks get-token`, as Terraform's does. */
export async function connectCluster(aws: AwsCommandLine, clusterName: string): Promise<ClusterApi> {
  const { cluster } = await aws.read("eks describe-cluster", "--name", clusterName);
  const { status } = await aws.read("eks get-token", "--cluster-name", clusterName);
  return createClusterApi({
    endpoint: cluster.endpoint,
    certificateAuthority: Buffer.from(cluster.certificateAuthority?.data ?? "", "base64").toString("utf8"),
    token: status.token,
  });
}

export function createClusterApi(options: {
  readonly endpoint: string;
  readonly certificateAuthority: string;
  readonly token: string;
}): ClusterApi {
  const call = (method: Method, path: string, body?: object): Promise<KubernetesObject> =>
    new Promise((resolve, reject) => {
      const url = new URL(path, options.endpoint);
      // `fetch` takes no certificate authority of one's own.
      const send = url.protocol === "https:" ? httpsRequest : httpRequest;
      const text = body === undefined ? undefined : JSON.stringify(body);
      const outgoing = send(
        url,
        {
          method,
          ca: options.certificateAuthority,
          timeout: REQUEST_TIMEOUT_MS,
          headers: {
            authorization: `Bearer ${options.token}`,
            accept: "application/json",
            ...(text === undefined
              ? {}
              : {
                  "content-type": method === "PATCH" ? APPLY : "application/json",
                  "content-length": Buffer.byteLength(text),
                }),
          },
        },
        (incoming) => {
          const parts: Buffer[] = [];
          incoming.on("data", (part: Buffer) => parts.push(part));
          incoming.on("end", () => {
            const status = incoming.statusCode ?? 0;
            const said = Buffer.concat(parts).toString("utf8");
            if (status >= 200 && status < 300) resolve(JSON.parse(said === "" ? "{}" : said) as KubernetesObject);
            else reject(new KubernetesError(`${method} ${path}: HTTP ${status} ${messageOf(said)}`, status));
          });
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS} ms`)));
      outgoing.on("error", (cause) =>
        reject(new KubernetesError(`${options.endpoint} cannot be reached: ${cause.message}`, 0, { cause })),
      );
      outgoing.end(text);
    });
  return {
    call,
    find: async (path) => {
      try {
        return await call("GET", path);
      } catch (error) {
        if (error instanceof KubernetesError && error.status === 404) return undefined;
        throw error;
      }
    },
  };
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
