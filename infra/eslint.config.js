import { eslintConfig } from "@millrace/eslint-config";

export default [
  ...eslintConfig(import.meta.dirname),
  {
    files: ["tests/**/*.ts"],
    rules: {
      // Tests look into a plan: JSON in the shapes of three providers, of which no types exist in this spelling.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
];
