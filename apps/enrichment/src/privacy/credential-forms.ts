/**
 * Credentials that have a form of their own, as their issuers publish it for secret scanning.
 *
 * Forms of gitleaks' rules, as facts: https://github.com/gitleaks/gitleaks/blob/b58d3f10/config/gitleaks.toml, v8.30.1 with the changes up
 * to 2026-07-22; those that begin with fixed letters. Its npm relatives (secretlint) read files, asynchronously, and are too large for a
 * function. Stripe's `whsec_` and Google's `ya29.` and `GOCSPX-` are from their own documentation.
 *
 * Grouped by what follows the fixed letters; lengths are the shortest, as issuers lengthen their keys.
 */
export const credentialForms: readonly RegExp[] = [
  // JWT; with the segment of a signature or without.
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/gu,
  /[Bb]earer(?:\s|\+|%20)[\w.~+/-]{12,}=*/gu,
  // OpenAI and those who took its form.
  /(?<![A-Za-z\d])sk-(?:(?:proj|svcacct|admin|ant|or)-[\w-]{20,}|[A-Za-z\d]{20,})/gu,
  // AWS, by kind of key; Bedrock.
  /(?:A3T[A-Z\d]|A[KS]IA|ABIA|ACCA)[A-Z\d]{16}|ABSK[A-Za-z\d+/]{100,}={0,2}/gu,
  // GitHub, GitLab, npm, RubyGems, PyPI, Clojars.
  /gh[opusr]_[A-Za-z\d]{30,}|github_pat_\w{30,}|npm_[A-Za-z\d]{36}|rubygems_[a-f\d]{48}|CLOJARS_[a-z\d]{60}/giu,
  /gl(?:pat|dt|ft|imt|cbt|agent|oas|ptt|rt|soat|ffct)-[\w-]{20,}|GR1348941[\w-]{20,}|pypi-AgE[\w-]{50,}/gu,
  // Slack, with addresses that take messages.
  /xox[abeoprs]-[\w-]{10,}|xapp-\d-[A-Za-z\d-]{20,}|hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w+/]{30,}/gu,
  // Stripe, Shopify, Square, Shippo, EasyPost, Duffel, Flutterwave.
  /[rs]k_(?:live|test|prod)_\w{10,}|whsec_[A-Za-z\d+/]{16,}={0,2}|shp(?:at|ca|pa|ss)_[A-Fa-f\d]{32}/gu,
  /sq0[a-z]{3}-[\w-]{22,}|shippo_(?:live|test)_[A-Fa-f\d]{40}|EZ[AT]K[A-Za-z\d]{54}|duffel_(?:test|live)_[\w-]{43}/gu,
  /FLWSECK(?:_TEST)?-[A-Za-z\d]{12,}/gu,
  // Google, DigitalOcean, Databricks, Heroku, Fly, Scalingo, PlanetScale, Pulumi, Prefect, HashiCorp.
  /AIza[\w-]{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}|do[opr]_v1_[a-f\d]{64}|dapi[a-f\d]{32}|HRKU-AA[\w-]{50,}/gu,
  /fm[12][ar]?_[A-Za-z\d+/]{100,}|tk-us-[\w-]{48}|pscale_(?:tkn|oauth|pw)_[\w.-]{32,}|pul-[a-f\d]{40}|pnu_[A-Za-z\d]{36}/gu,
  /hv[bsr]\.[\w-]{90,}|\.atlasv1\.[\w-]{60,}/gu,
  // SendGrid, Brevo, Twilio, Mailchimp's successors; Linear, Notion, Postman, Intercom, Airtable.
  /SG\.[\w-]{16,}\.[\w-]{16,}|xkeysib-[a-f\d]{64}|(?<![A-Za-z\d])SK[a-f\d]{32}(?![A-Za-z\d])/gu,
  /lin_api_[A-Za-z\d]{40}|ntn_\d{11}[A-Za-z\d]{35}|PMAK-[a-f\d]{24}-[a-f\d]{34}|pat[A-Za-z\d]{14}\.[a-f\d]{64}/gu,
  // Hugging Face, Perplexity, Sentry, Grafana, New Relic, Doppler, Dynatrace, Sourcegraph, ReadMe, 1Password, age.
  /(?:hf|api_org)_[A-Za-z]{34}|pplx-[A-Za-z\d]{48}|sntry[su]_[\w+/=]{40,}|gl(?:c|sa)_[\w+/]{32,}={0,3}|NRAK-[A-Z\d]{27}/gu,
  /dp\.pt\.[A-Za-z\d]{43}|dt0c01\.[A-Za-z\d]{24}\.[A-Za-z\d]{64}|sgp_[\w]{40,}|rdme_[a-z\d]{70}|ops_eyJ[\w+/]{100,}/gu,
  /AGE-SECRET-KEY-1[A-Z\d]{58}|LTAI[A-Za-z\d]{20}|AKCp[A-Za-z\d]{69}|sha256~[\w-]{43}/gu,
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)?/gu,
];

/** What they begin with: nearly no text has it, and this is found out sooner. */
export const beginsLikeCredential =
  /eyJ|earer|sk-|A[3KSBC][TIKC]|gh[opusr]_|hub_pat|npm_|gems_|CLOJARS|gl(?:pat|dt|ft|imt|cbt|agent|oas|ptt|rt|soat|ffct|c_|sa_)|GR134|pypi-A|xox|xapp-|hooks\.s|k_(?:live|test|prod)_|whsec_|shp(?:at|ca|pa|ss)_|sq0|shippo_|EZ[AT]K|duffel_|FLWSECK|AIza|ya29|GOCSPX|o[opr]_v1_|dapi|HRKU|fm[12]|tk-us|pscale_|pul-|pnu_|hv[bsr]\.|atlasv1|SG\.|xkeysib|SK[a-f\d]|lin_api|ntn_|PMAK|pat[A-Za-z\d]{14}\.|hf_|api_org|pplx-|sntry|NRAK|dp\.pt|dt0c01|sgp_|rdme_|AGE-SEC|LTAI|AKCp|sha256~|PRIVATE KEY/iu;
