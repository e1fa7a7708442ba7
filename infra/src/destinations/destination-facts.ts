import type { KeptFor } from "../deploy/guard-plan.ts";
import type { RequestRule } from "../drill/api/aws-requests.ts";
import type { TypeBehaviour } from "../drill/provider/behaviour.ts";
import type { MakeValue } from "../drill/provider/made-up-values.ts";

/** A kind of destination, as rights, plans and drills know it: everything but its constructs. */
export interface DestinationFacts {
  /** Several of them, in the ids of statements. */
  readonly plural: string;
  /** Id of the statement with which the router and the replay job write to them. */
  readonly writeSid: string;
  /** Actions of such a writer. */
  readonly writeActions: readonly string[];
  /** How a writer uses the key of one; absent where the service uses it by itself. */
  readonly key?: { readonly verb: string; readonly actions: readonly string[] };
  /** Its deletion's loss, in the list of a teardown. */
  readonly loss: string;
  /** The number that says how long one keeps events; absent where it keeps none. */
  readonly keptFor?: KeptFor;
  readonly drill: DrillFacts;
}

/** A kind that the pipeline has none of for itself, so that roles get its rights from here. */
export interface OtherDestinationFacts extends DestinationFacts {
  /** Id of the statement with which an operator puts events to them. */
  readonly operatorSid: string;
  /** Actions by which Terraform compares and changes them. */
  readonly terraform: { readonly read: readonly string[]; readonly write: readonly string[] };
}

/** How the provider and the API treat the resources of a kind, by type or `type.attribute`. */
interface DrillFacts {
  readonly behaviours: Readonly<Record<string, TypeBehaviour>>;
  readonly requests: Readonly<Record<string, readonly RequestRule[]>>;
  /** Attributes that others build upon, beside the ARN. */
  readonly values?: Readonly<Record<string, MakeValue>>;
}
