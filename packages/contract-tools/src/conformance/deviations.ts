/** Cases of the official suite that are decided otherwise on purpose: the beginning of their names, and why. */
export const deviations: readonly { readonly cases: string; readonly reason: string }[] = [
  {
    cases: "2020-12 format: ",
    reason:
      "`format` is asserted, as 2020-12 lets implementations do (format-assertion); a contract names one to have it checked.",
  },
  {
    cases: "draft-07 optional/content: ",
    reason: "`contentEncoding` and `contentMediaType` are annotations, as 2019-09 and later dialects say.",
  },
];
