/**
 * What enrichment puts round the event, as routes may ask for it. A new enrichment is added here, or routes that name it
 * are refused.
 */
const text = { type: "string" };
const closed = (properties: Record<string, object>): object => ({
  type: "object",
  properties,
  additionalProperties: false,
});
const product = closed({ name: text, version: text });
const hop = {
  type: "object",
  properties: { name: text, version: text, at: { type: "string", format: "date-time" } },
};

export const enrichedPartsSchema = {
  type: "object",
  properties: {
    enrichment: {
      type: "object",
      properties: {
        client: closed({ ipVersion: { enum: [4, 6] }, isPublic: { type: "boolean" } }),
        geo: closed({ country: { type: "string", pattern: "^[A-Z]{2}$" }, region: text, city: text }),
        network: closed({ number: { type: "integer", minimum: 0 }, organization: text }),
        userAgent: closed({ browser: product, os: product, device: closed({ type: text, vendor: text, model: text }) }),
        bot: closed({
          isBot: { type: "boolean" },
          reason: { enum: ["user-agent", "no-user-agent", "network"] },
          match: text,
        }),
        page: closed({
          scheme: { enum: ["http", "https"] },
          host: text,
          port: { type: "integer", minimum: 0, maximum: 65_535 },
          path: text,
          fragment: text,
        }),
        campaign: closed({
          source: text,
          medium: text,
          name: text,
          term: text,
          content: text,
          id: text,
          clickNetwork: text,
          clickIdParameter: text,
        }),
        referrer: closed({ channel: text, name: text, host: text }),
        clock: closed({
          derivedTime: { type: "string", format: "date-time" },
          basis: { enum: ["client", "corrected", "receipt"] },
          skewMs: { type: "number" },
        }),
        notes: { type: "array", items: closed({ enrichment: text, message: text }) },
      },
      additionalProperties: false,
    },
    validation: closed({
      status: { enum: ["valid", "invalid", "unknown"] },
      schema: { type: ["string", "null"] },
      errors: {
        type: "array",
        items: { type: "object", properties: { path: text, keyword: text, message: text, expected: {}, actual: {} } },
      },
      errorCount: { type: "integer", minimum: 0 },
    }),
    privacy: closed({
      masked: {
        type: "array",
        items: closed({
          path: text,
          class: text,
          action: { enum: ["drop", "mask", "hmac", "truncate", "scan"] },
          keyId: text,
        }),
      },
    }),
    processing: { type: "object", additionalProperties: hop },
  },
  additionalProperties: false,
};
