/** Which stream: as the API takes it, and as messages show it. */
export interface StreamIdentity {
  readonly input: { readonly StreamName?: string; readonly StreamARN?: string };
  readonly label: string;
}
