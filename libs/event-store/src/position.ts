import { START, type Position } from '#kernel';

/** Positions have 16 digits, as many as the largest whole number that is exact: so they compare as numbers do. */
const HEAD = 13;
const TAIL = 3;
const tails = Array.from({ length: 10 ** TAIL }, (_, tail) => String(tail).padStart(TAIL, '0'));

// Reading a log converts consecutive offsets: most share all but the last digits.
let thousand = 0;
let head = '0'.repeat(HEAD);

/** The position of an offset in a log that numbers its events from 1; 0 is before the first. */
export const positionOf = (offset: number): Position => {
  if (offset === 0) return START;
  const its = Math.trunc(offset / tails.length);
  if (its !== thousand) {
    thousand = its;
    head = String(its).padStart(HEAD, '0');
  }
  return `${head}${tails[offset % tails.length] ?? ''}`;
};

/** The offset of a position. Throws when it is not a position of such a log. */
export const offsetOf = (position: Position): number => {
  const offset = Number(position);
  if (!Number.isSafeInteger(offset) || positionOf(offset) !== position)
    throw new Error(`"${position}" is no position in this log`);
  return offset;
};
