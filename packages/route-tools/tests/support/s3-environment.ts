import type { ObjectStoreServer } from "@millrace/aws-simulator";

/** The variables by which an SDK finds the server instead of S3. */
export const s3Environment = ({ url }: ObjectStoreServer) => ({
  AWS_ENDPOINT_URL_S3: url,
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
});
