import { START, type Position } from '#kernel';

/** The last position that this process has appended at, by category of stream. */
export class AppendedHere {
  readonly #last = new Map<string, Position>();

  /** `prefix`: how the names of the category's streams begin. */
  add(prefix: string, position: Position): void {
    if (position > this.lastOf([prefix])) this.#last.set(prefix, position);
  }

  /** The last one to streams that begin so; `START` before the first. */
  lastOf(prefixes: readonly string[]): Position {
    return prefixes.reduce((last, prefix) => {
      const position = this.#last.get(prefix) ?? START;
      return position > last ? position : last;
    }, START);
  }
}
