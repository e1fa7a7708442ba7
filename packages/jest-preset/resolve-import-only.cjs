"use strict";

/** Packages whose `exports` answer the condition `import` and nothing else. */
const importOnly = new Set(["cborg", "json-schema-faker"]);

/**
 * Jest's own resolver, but for packages that only name the condition `import`: given to all packages, that condition
 * would choose the ES modules of many that have CommonJS as well.
 */
module.exports = function resolve(request, options) {
  const conditions = importOnly.has(request) ? [...(options.conditions ?? []), "import"] : options.conditions;
  return options.defaultResolver(request, { ...options, conditions });
};
