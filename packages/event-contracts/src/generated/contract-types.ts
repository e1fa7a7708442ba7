// Generated from schemas/events by `pnpm schemas render`; do not edit.
export interface EventDataByType {}
export interface MaskedEventDataByType {}
