import { S3Object } from "@cdktf/provider-aws/lib/s3-object/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { RoutesFile } from "../inputs/routes-file.ts";
import type { DataKey } from "./data-key.ts";
import type { Statement } from "./policy.ts";
import { PrivateBucket } from "./private-bucket.ts";

export interface PublishedRoutesProps {
  readonly bucketName: string;
  readonly key: DataKey;
  readonly file: RoutesFile;
  /** Resources that must exist before routers may read the routes: the streams that the routes name. */
  readonly dependsOn: ITerraformDependable[];
}

const OBJECT_KEY = "routes.json";

/**
 * Where a running router looks for newer routes. A deployment puts those of its own bundle there, or a new function
 * would go back to the ones published before it; between two deployments `routes publish` replaces them. Versions are
 * the way back.
 */
export class PublishedRoutes extends Construct {
  readonly #bucket: PrivateBucket;
  readonly #object: S3Object;

  constructor(scope: Construct, id: string, { bucketName, key, file, dependsOn }: PublishedRoutesProps) {
    super(scope, id);
    this.#bucket = new PrivateBucket(this, "bucket", { name: bucketName, key, lifecycleRules: [] });
    this.#object = new S3Object(this, "object", {
      bucket: this.#bucket.nameReference,
      key: OBJECT_KEY,
      source: file.path,
      // The ETag of an object with a customer's key is no digest of its bytes.
      sourceHash: file.sha256Base64,
      contentType: "application/json",
      dependsOn,
    });
  }

  /** As a reference, so that the function that looks there comes after it. */
  get url(): string {
    return `s3://${this.#object.bucket}/${this.#object.key}`;
  }

  /** May read exactly this object. Listing makes a missing one a 404 instead of a 403. */
  get readStatements(): readonly Statement[] {
    return [
      {
        sid: "ReadPublishedRoutes",
        actions: ["s3:GetObject"],
        resources: [`${this.#bucket.arn}/${OBJECT_KEY}`],
      },
      { sid: "FindPublishedRoutes", actions: ["s3:ListBucket"], resources: [this.#bucket.arn] },
      this.#bucket.key.decryptThrough("s3"),
    ];
  }
}
