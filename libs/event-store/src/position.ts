import { START, type Position } from '#kernel';

/** As many digits as the largest whole number that is exact: then positions compare as numbers do. */
const DIGITS = 16;

/** The position of the n-th place in a log that counts its places; 0 is before the first. */
export const positionOf = (place: number): Position => (place === 0 ? START : String(place).padStart(DIGITS, '0'));

/** The number of a place by its position. Throws when it is no position of such a log. */
export const placeOf = (position: Position): number => {
  const place = Number(position);
  if (!Number.isSafeInteger(place) || positionOf(place) !== position)
    throw new Error(`"${position}" is no position in this log`);
  return place;
};
