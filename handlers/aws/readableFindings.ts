import { findingOf } from "../alert/normalise";
import { type Unreadable, unreadableInWords } from "../alert/ports";
import type { Finding } from "../alert/types";

/** Those findings of a page that can be read; the others are added to `unreadable`, so that one of them does not end the paging. */
export function readable(raw: readonly unknown[], unreadable: Unreadable[]): Finding[] {
  return raw.flatMap((one) => {
    try {
      return [findingOf(one)];
    } catch (error) {
      if (!(error instanceof Error && error.name === "UnreadableEvent")) throw error;
      unreadable.push({ ...namesOf(one), reason: error.message });
      return [];
    }
  });
}

/** What it is called, in ASFF or in OCSF, as far as it says. */
function namesOf(raw: unknown): { product: string; id: string } {
  const { ProductArn, Id, metadata, finding_info } = Object(raw);
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return {
    product: text(ProductArn) || text(metadata?.product?.uid),
    id: text(Id) || text(metadata?.uid) || text(finding_info?.uid),
  };
}

/** Where findings were asked for by name: one that can't be read is not gone. */
export function refuseUnreadable(unreadable: readonly Unreadable[]): void {
  if (unreadable.length > 0) throw new Error(unreadableInWords(unreadable).join());
}
