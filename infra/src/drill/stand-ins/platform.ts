import { type ClusterStandIn, answerEks, answerKubernetes, preparedCluster } from "./cluster.ts";
import { type JsonServer, startJsonServer } from "./json-server.ts";
import { answerSnowflake, newSnowflakeAccount, type SnowflakeStandIn } from "./snowflake-account.ts";

/** Stand-ins for what no emulator of AWS brings: EKS with one cluster, its Kubernetes API, and Snowflake's SQL API. */
export interface Platform extends JsonServer {
  readonly cluster: ClusterStandIn;
  readonly snowflake: SnowflakeStandIn;
}

/** One address answers for all of them. */
export async function startPlatform(options: {
  readonly clusterName: string;
  readonly issuer: string;
  readonly vpcId: string;
}): Promise<Platform> {
  const cluster = preparedCluster(options);
  const snowflake = newSnowflakeAccount();
  const server = await startJsonServer((request, path, sent, answer) => {
    const method = request.method ?? "GET";
    if (path === "/api/v2/statements") answerSnowflake(snowflake, request, sent, answer);
    else if (path.startsWith("/clusters"))
      answerEks(cluster, `http://${request.headers.host ?? ""}`, method, path, sent, answer);
    else answerKubernetes(cluster, request, path, sent, answer);
  });
  return { ...server, cluster, snowflake };
}
