import { readFileSync } from "node:fs";
import type { AssembledDelivery, DeliveryStreamSettings } from "@millrace/topology";
import { replaceJson } from "./replace-json.ts";

type Forms = Readonly<Record<string, DeliveryStreamSettings["compressionFormat"]>>;

/**
 * Delivers what the last run left in the streams in the form that its objects had, and keeps today's form for the next
 * start. A run that was killed leaves records that no delivery has taken, and an object in which they lie beside
 * records of another form cannot be read. Call it before anything writes to the streams.
 *
 * @param path file with the form of each delivery stream
 * @param onNotice told of each delivery stream that had another form
 */
export async function deliverFormerForms(
  deliveries: readonly AssembledDelivery[],
  path: string,
  onNotice: (message: string) => void,
): Promise<void> {
  const former = readForms(path);
  for (const { settings, delivery } of deliveries) {
    const { name, compressionFormat } = settings;
    const before = former[name];
    if (before === undefined || before === compressionFormat) continue;
    delivery.update({ compressionFormat: before });
    await delivery.start();
    await delivery.stop();
    delivery.update({ compressionFormat });
    onNotice(`${name} writes objects of another form (${compressionFormat}) now; what was left is in ${before} ones.`);
  }
  const forms = deliveries.map(({ settings }) => [settings.name, settings.compressionFormat]);
  replaceJson(path, Object.fromEntries(forms));
}

/** A folder of before the file, and one that lost power while it was written, have no forms. */
function readForms(path: string): Forms {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Forms;
  } catch {
    return {};
  }
}
