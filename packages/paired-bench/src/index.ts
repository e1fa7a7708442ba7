export { compareCpu, type Comparison, type PairedOptions } from "./compare-cpu.ts";
export { median } from "./median.ts";
export { parseQuickForm, printQuickForm, type QuickForm } from "./quick-form.ts";
