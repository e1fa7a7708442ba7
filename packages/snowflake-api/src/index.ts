export { accountAddress, accountUrl, type SnowflakeAccount } from "./account-address.ts";
export { SnowflakeError } from "./errors.ts";
export { type OwnLogin, ownLoginRemedy, readOwnLogin } from "./own-login.ts";
export { createSqlApi, fingerprint, type RunSql, type SnowflakeLogin, type SnowflakeRows } from "./sql-api.ts";
