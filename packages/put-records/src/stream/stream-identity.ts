/** A stream, as the input of the API names it and as messages name it. */
export interface StreamIdentity {
  readonly input: { readonly StreamName?: string; readonly StreamARN?: string };
  readonly label: string;
}
