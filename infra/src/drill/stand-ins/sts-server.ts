import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface StsServer {
  readonly url: string;
  close(): void;
}

/** Answers GetCallerIdentity, which Terraform's S3 backend asks for before it looks at the bucket. */
export async function startStsServer(accountId: string): Promise<StsServer> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        `<Arn>arn:aws:iam::${accountId}:user/drill</Arn><UserId>DRILL</UserId><Account>${accountId}</Account>` +
        "</GetCallerIdentityResult><ResponseMetadata><RequestId>drill</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
