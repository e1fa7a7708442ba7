import js from "@eslint/js";
import tseslint from "typescript-eslint";

const providerBarrels = ["@cdktf/provider-aws", "@cdktf/provider-kubernetes", "@cdktf/provider-snowflake"];

/** The rules of every package. `root` is the package's folder (`import.meta.dirname`). */
export function eslintConfig(root) {
  return tseslint.config(
    { ignores: ["**/dist/**", "**/generated/**", "**/*.js", "**/*.mjs", "**/*.cjs"] },
    js.configs.recommended,
    tseslint.configs.strictTypeChecked,
    {
      files: ["**/*.{ts,tsx}"],
      languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
      rules: {
        "@typescript-eslint/no-explicit-any": "error",
        "@typescript-eslint/no-non-null-assertion": "error",
        "@typescript-eslint/no-floating-promises": "error",
        "@typescript-eslint/consistent-type-imports": "error",
        "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
        // Numbers and booleans read well in messages; objects do not, and stay refused.
        "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
        "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
        "@typescript-eslint/require-await": "off",
        "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
        "no-restricted-imports": [
          "error",
          {
            paths: providerBarrels.map((name) => ({
              name,
              message: `Import by submodule (${name}/lib/…): the barrel costs seconds and half a gigabyte.`,
            })),
          },
        ],
      },
    },
    {
      files: ["tests/**/*.ts", "bench/**/*.ts"],
      rules: {
        // Tests look into parsed JSON and index results they have just asserted on.
        "@typescript-eslint/no-non-null-assertion": "off",
        "@typescript-eslint/no-unsafe-assignment": "off",
        "@typescript-eslint/no-unsafe-member-access": "off",
      },
    },
  );
}
