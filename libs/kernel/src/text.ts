/**
 * Whether every store gives a text back as it was written: its characters are whole (no half of a surrogate pair, which
 * UTF-8 cannot carry) and none but tab and line breaks control anything (PostgreSQL takes no NUL).
 */
export const isStorable = (text: string): boolean =>
  text.isWellFormed() && !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);
