/** Known as a bot by everybody who looks: routes for bots match canaries, too. */
export const userAgent = "Mozilla/5.0 (compatible; MillraceCanaryBot/1.0)";
