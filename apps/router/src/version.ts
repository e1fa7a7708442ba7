/** Version of the router, as its package has it; a test compares them. */
export const version = "0.1.0";
