import type { Value } from '#kernel';

const SPECIAL = /["\\]/;
const EACH_SPECIAL = /["\\]/g;

/**
 * A column's values as PostgreSQL writes an array: `{"a",NULL,"c"}`. The client would write the same, six times as slowly:
 * it asks of each value what it is.
 */
export const arrayOf = (values: readonly (Value | undefined)[]): string => {
  let text = '{';
  for (const [i, value] of values.entries()) {
    if (i > 0) text += ',';
    if (value === null || value === undefined) text += 'NULL';
    else if (typeof value === 'string') text += SPECIAL.test(value) ? escaped(value) : `"${value}"`;
    else text += String(value);
  }
  return `${text}}`;
};

const escaped = (value: string): string => `"${value.replace(EACH_SPECIAL, '\\$&')}"`;
