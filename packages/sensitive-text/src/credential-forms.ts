/** Characters that may follow the fixed letters of a credential. */
export type CredentialBody = "letters" | "word" | "dotted" | "base64";

/** A credential by how it begins. */
export interface CredentialForm {
  readonly body: CredentialBody;
  /** Fewest characters of the body. Issuers lengthen their keys, so there is no most. */
  readonly minLength: number;
  /** The body has this in it. */
  readonly part?: string;
}

const letters = (minLength: number): CredentialForm => ({ body: "letters", minLength });
const word = (minLength: number): CredentialForm => ({ body: "word", minLength });
const dotted = (minLength: number, part?: string): CredentialForm => ({
  body: "dotted",
  minLength,
  ...(part === undefined ? {} : { part }),
});
const base64 = (minLength: number): CredentialForm => ({ body: "base64", minLength });

/**
 * Credentials that begin with letters of their own, as their issuers publish them for secret scanning.
 *
 * Forms of gitleaks' rules, as facts: https://github.com/gitleaks/gitleaks/blob/b58d3f10/config/gitleaks.toml, v8.30.1
 * with the changes up to 2026-07-22. Its npm relatives (secretlint) read files, asynchronously, and are too large for a
 * function. Stripe's `whsec_` and Google's `ya29.` and `GOCSPX-` are from their own documentation. A table and no
 * expressions, since it is walked in linear time whatever the text.
 */
export const credentialForms: ReadonlyMap<string, CredentialForm> = new Map([
  ["eyJ", dotted(20, ".")],
  // OpenAI and those who took its form.
  ["sk-proj-", word(20)],
  ["sk-svcacct-", word(20)],
  ["sk-admin-", word(20)],
  ["sk-ant-", word(20)],
  ["sk-or-", word(20)],
  ["sk-", letters(20)],
  ["pplx-", letters(40)],
  ["hf_", letters(34)],
  ["api_org_", letters(34)],
  // AWS.
  ["AKIA", letters(16)],
  ["ASIA", letters(16)],
  ["ABIA", letters(16)],
  ["ACCA", letters(16)],
  ["ABSK", base64(100)],
  // GitHub, GitLab, package registries.
  ["ghp_", letters(30)],
  ["gho_", letters(30)],
  ["ghu_", letters(30)],
  ["ghs_", letters(30)],
  ["ghr_", letters(30)],
  ["github_pat_", word(30)],
  ["glpat-", dotted(20)],
  ["gldt-", word(20)],
  ["glft-", word(20)],
  ["glimt-", word(20)],
  ["glcbt-", word(20)],
  ["glagent-", word(20)],
  ["gloas-", word(20)],
  ["glptt-", word(20)],
  ["glrt-", dotted(20)],
  ["glsoat-", word(20)],
  ["glffct-", word(20)],
  ["GR1348941", word(20)],
  ["npm_", letters(36)],
  ["rubygems_", letters(48)],
  ["pypi-AgE", word(50)],
  ["CLOJARS_", letters(60)],
  // Slack, with addresses that take messages.
  ["xoxa-", word(10)],
  ["xoxb-", word(10)],
  ["xoxe-", word(10)],
  ["xoxe.", dotted(20)],
  ["xoxo-", word(10)],
  ["xoxp-", word(10)],
  ["xoxr-", word(10)],
  ["xoxs-", word(10)],
  ["xapp-", word(20)],
  ["hooks.slack.com/services/", base64(30)],
  ["hooks.slack.com/workflows/", base64(30)],
  ["hooks.slack.com/triggers/", base64(30)],
  // Payments and shops.
  ["sk_live_", word(10)],
  ["sk_test_", word(10)],
  ["sk_prod_", word(10)],
  ["rk_live_", word(10)],
  ["rk_test_", word(10)],
  ["rk_prod_", word(10)],
  ["whsec_", base64(16)],
  ["shpat_", letters(32)],
  ["shpca_", letters(32)],
  ["shppa_", letters(32)],
  ["shpss_", letters(32)],
  ["sq0atp-", word(22)],
  ["sq0csp-", word(22)],
  ["shippo_live_", letters(40)],
  ["shippo_test_", letters(40)],
  ["EZAK", letters(54)],
  ["EZTK", letters(54)],
  ["duffel_live_", word(40)],
  ["duffel_test_", word(40)],
  ["FLWSECK-", word(12)],
  ["FLWSECK_TEST-", word(12)],
  // Clouds.
  ["AIza", word(30)],
  ["ya29.", dotted(20)],
  ["GOCSPX-", word(20)],
  ["dop_v1_", letters(64)],
  ["doo_v1_", letters(64)],
  ["dor_v1_", letters(64)],
  ["dapi", letters(32)],
  ["HRKU-AA", word(50)],
  ["fm1r_", base64(100)],
  ["fm2_", base64(100)],
  ["tk-us-", word(48)],
  ["pscale_tkn_", dotted(32)],
  ["pscale_oauth_", dotted(32)],
  ["pscale_pw_", dotted(32)],
  ["pul-", letters(40)],
  ["pnu_", letters(36)],
  ["hvs.", word(90)],
  ["hvb.", word(90)],
  ["LTAI", letters(20)],
  ["AKCp", letters(60)],
  ["sha256~", word(43)],
  // Mail, messages, tools.
  ["SG.", dotted(33, ".")],
  ["xkeysib-", word(64)],
  ["SK", letters(32)],
  ["lin_api_", letters(40)],
  ["ntn_", letters(40)],
  ["PMAK-", word(58)],
  ["sntrys_", base64(40)],
  ["sntryu_", letters(64)],
  ["glc_", base64(32)],
  ["glsa_", word(40)],
  ["NRAK-", letters(27)],
  ["dp.pt.", letters(43)],
  ["dt0c01.", dotted(80, ".")],
  ["sgp_", word(40)],
  ["rdme_", letters(70)],
  ["ops_eyJ", base64(100)],
  ["AGE-SECRET-KEY-1", letters(58)],
]);

/** Where one of them may begin. Longer beginnings come before those that they begin with. */
export const credentialStart =
  /(?<![A-Za-z\d])(?:eyJ|sk-(?:proj-|svcacct-|admin-|ant-|or-)?|pplx-|hf_|api_org_|AKIA|ASIA|ABIA|ACCA|ABSK|gh[opusr]_|github_pat_|gl(?:pat|dt|ft|imt|cbt|agent|oas|ptt|rt|soat|ffct)-|GR1348941|npm_|rubygems_|pypi-AgE|CLOJARS_|xox[abeoprs]-|xoxe\.|xapp-|hooks\.slack\.com\/(?:services|workflows|triggers)\/|[rs]k_(?:live|test|prod)_|whsec_|shp(?:at|ca|pa|ss)_|sq0(?:atp|csp)-|shippo_(?:live|test)_|EZ[AT]K|duffel_(?:live|test)_|FLWSECK(?:_TEST)?-|AIza|ya29\.|GOCSPX-|do[opr]_v1_|dapi|HRKU-AA|fm1r_|fm2_|tk-us-|pscale_(?:tkn|oauth|pw)_|pul-|pnu_|hv[bs]\.|LTAI|AKCp|sha256~|SG\.|xkeysib-|SK|lin_api_|ntn_|PMAK-|sntry[su]_|gl(?:c|sa)_|NRAK-|dp\.pt\.|dt0c01\.|sgp_|rdme_|ops_eyJ|AGE-SECRET-KEY-1)/gu;
