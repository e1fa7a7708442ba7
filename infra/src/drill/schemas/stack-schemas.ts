import { deriveSchema } from "./derive-schema.ts";
import { settleDynamic } from "./settle-dynamic.ts";
import type { Block, ProviderSchemas } from "./schema.ts";

/** The parts of `cdk.tf.json` that name types and providers. */
export interface StackJson {
  readonly terraform: {
    readonly backend: { readonly s3: { readonly bucket: string; readonly key: string } };
    readonly required_providers: Readonly<Record<string, { readonly source: string; readonly version: string }>>;
  };
  readonly resource: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Schemas of every type that the stacks given so far use. Types stay when a later stack has them no more: the state
 * may.
 */
export class StackSchemas {
  readonly #providers = new Map<string, ProviderSchemas>();

  /** Derives what is not known yet. */
  learn({ terraform, resource, data = {} }: StackJson): void {
    for (const name of Object.keys(terraform.required_providers)) {
      const known = this.#providers.get(name);
      this.#providers.set(name, {
        provider: known?.provider ?? deriveSchema(name, "provider", name),
        resources: derived(name, "resource", resource, known?.resources),
        dataSources: derived(name, "data", data, known?.dataSources),
      });
    }
  }

  of(provider: string): ProviderSchemas {
    return (
      this.#providers.get(provider) ?? { provider: { attributes: [], blocks: [] }, resources: {}, dataSources: {} }
    );
  }
}

function derived(
  provider: string,
  kind: "resource" | "data",
  used: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  known: Readonly<Record<string, Block>> = {},
): Readonly<Record<string, Block>> {
  const missing = Object.entries(used).filter(([type]) => type.startsWith(`${provider}_`) && !(type in known));
  const added = missing.map(([type, named]) => [
    type,
    settleDynamic(deriveSchema(provider, kind, type), Object.values(named)),
  ]);
  return { ...known, ...(Object.fromEntries(added) as Record<string, Block>) };
}
