/** A synthesized stack; only what protects from deletion is looked at. */
export interface StackJson {
  readonly resource: Readonly<Record<string, Readonly<Record<string, ResourceJson>>>>;
}

interface ResourceJson {
  readonly lifecycle?: Readonly<Record<string, unknown>>;
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/**
 * Arguments that the state must hold before the resource is deleted: the provider reads them there, not in the plan.
 */
const liftedArguments: Readonly<Record<string, (args: ResourceJson) => ResourceJson>> = {
  // Deletes every object and every version of it before the bucket.
  aws_s3_bucket: (args) => ({ ...args, force_destroy: true }),
  // Deletes the stream although consumers of other teams are registered with it.
  aws_kinesis_stream: (args) => ({ ...args, enforce_consumer_deletion: true }),
  kubernetes_ingress_v1: (args) => ({
    ...args,
    metadata: { ...args.metadata, annotations: withoutDeletionProtection(args.metadata?.annotations) },
  }),
};

const LOAD_BALANCER_ATTRIBUTES = "alb.ingress.kubernetes.io/load-balancer-attributes";

function withoutDeletionProtection(
  annotations: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const attributes = annotations[LOAD_BALANCER_ATTRIBUTES];
  return attributes === undefined
    ? annotations
    : {
        ...annotations,
        [LOAD_BALANCER_ATTRIBUTES]: attributes.replace(
          "deletion_protection.enabled=true",
          "deletion_protection.enabled=false",
        ),
      };
}

/** The same stack without anything that keeps its resources from deletion. */
export function liftProtection<T extends StackJson>(stack: T): T {
  const resource = mapResources(stack, (type, args) => {
    const { prevent_destroy: _, ...lifecycle } = args.lifecycle ?? {};
    const lifted = liftedArguments[type]?.(args) ?? args;
    return args.lifecycle === undefined ? lifted : { ...lifted, lifecycle };
  });
  return { ...stack, resource };
}

/** Addresses whose state has to learn that they may be deleted. */
export function protectedByState(stack: StackJson): readonly string[] {
  return Object.entries(stack.resource).flatMap(([type, named]) =>
    type in liftedArguments ? Object.keys(named).map((name) => `${type}.${name}`) : [],
  );
}

const mapResources = (
  { resource }: StackJson,
  change: (type: string, args: ResourceJson) => ResourceJson,
): StackJson["resource"] =>
  Object.fromEntries(
    Object.entries(resource).map(([type, named]) => [
      type,
      Object.fromEntries(Object.entries(named).map(([name, args]) => [name, change(type, args)])),
    ]),
  );
