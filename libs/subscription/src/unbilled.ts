import { add, type Decimal } from '#money';

/** Usage of one meter at one unit price. */
export type MeteredUsage = { readonly meter: string; readonly unitPrice: Decimal; readonly quantity: Decimal };

/**
 * The running cycle's usage, summed by meter and unit price. An immutable value like all state, and like `SeenUsage` in parts
 * of decreasing size, so that n readings at n prices cost n log n and not n².
 */
export type Unbilled = readonly ReadonlyMap<string, MeteredUsage>[];

export const nothingUnbilled: Unbilled = [];

/** Adds one reading. */
export const withReading = (unbilled: Unbilled, reading: MeteredUsage): Unbilled => {
  let last: ReadonlyMap<string, MeteredUsage> = new Map([[keyOf(reading), reading]]);
  let kept = unbilled.length;
  for (let part = unbilled[kept - 1]; part !== undefined && part.size <= last.size; part = unbilled[kept - 1]) {
    last = together([part, last]);
    kept -= 1;
  }
  return [...unbilled.slice(0, kept), last];
};

/** One line a meter and unit price, in the order of their first use. */
export const linesOf = (unbilled: Unbilled): readonly MeteredUsage[] => [...together(unbilled).values()];

/** Parts from lines that were serialised, each with its key. */
export const partsOf = (lines: readonly (readonly MeteredUsage[])[]): Unbilled =>
  lines.map((part) => new Map(part.map((line) => [keyOf(line), line])));

const together = (parts: Unbilled): ReadonlyMap<string, MeteredUsage> => {
  const [first, ...more] = parts;
  const all = new Map(first);
  for (const part of more)
    for (const [key, line] of part) {
      const before = all.get(key);
      all.set(key, before === undefined ? line : { ...before, quantity: add(before.quantity, line.quantity) });
    }
  return all;
};

/** Equal prices have one key, however they are written: `1.50` and `1.5`. */
const keyOf = ({ meter, unitPrice }: MeteredUsage): string =>
  `${unitPrice.includes('.') ? unitPrice.replace(/\.?0+$/, '') : unitPrice} ${meter}`;
