import { START, type Position } from '#kernel';

/** Positions have 16 digits, as many as the largest whole number that is exact: so they compare as numbers do. */
const HEAD = 13;
const TAIL = 3;
const tails = Array.from({ length: 10 ** TAIL }, (_, tail) => String(tail).padStart(TAIL, '0'));

// Whoever reads a log turns one place after the other into a position: most share all but the last digits.
let thousand = 0;
let head = '0'.repeat(HEAD);

/** The position of the n-th place in a log that counts its places; 0 is before the first. */
export const positionOf = (place: number): Position => {
  if (place === 0) return START;
  const its = Math.trunc(place / tails.length);
  if (its !== thousand) {
    thousand = its;
    head = String(its).padStart(HEAD, '0');
  }
  return `${head}${tails[place % tails.length] ?? ''}`;
};

/** The number of a place by its position. Throws when it is no position of such a log. */
export const placeOf = (position: Position): number => {
  const place = Number(position);
  if (!Number.isSafeInteger(place) || positionOf(place) !== position)
    throw new Error(`"${position}" is no position in this log`);
  return place;
};
