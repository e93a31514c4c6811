import type { Position } from '#kernel';

/** A stretch of the log without events of a partner: behind `from`, up to and including `to`. */
type Gap = { readonly from: Position; readonly to: Position };

/**
 * Stretches of the log in which a partner has no events, as readers have found them: what was recorded stays, so that they
 * never change. With them a partner's history costs what the partner wrote, whatever others did; only the first reader in
 * a process goes through all of it.
 */
export class Gaps {
  /** In the order of the log, apart from each other. */
  readonly #gaps: Gap[] = [];

  /** Where to read on: `position` itself, or the end of the stretch that it is in. */
  after(position: Position): Position {
    const gap = this.#gaps[this.#firstEndingBehind(position)];
    return gap !== undefined && gap.from <= position ? gap.to : position;
  }

  /** Behind `from`, up to and including `to`, nothing was found. */
  add(from: Position, to: Position): void {
    if (to <= from) return;
    const gaps = this.#gaps;
    let first = this.#firstEndingBehind(from);
    // One that ends just where this one begins goes on.
    if (gaps[first - 1]?.to === from) first -= 1;
    let next = first;
    const whole = { from, to };
    for (let gap = gaps[next]; gap !== undefined && gap.from <= to; gap = gaps[(next += 1)]) {
      if (gap.from < whole.from) whole.from = gap.from;
      if (gap.to > whole.to) whole.to = gap.to;
    }
    gaps.splice(first, next - first, whole);
  }

  /** How many stretches are known. */
  get size(): number {
    return this.#gaps.length;
  }

  /** The place of the first stretch that ends behind a position. */
  #firstEndingBehind(position: Position): number {
    let [low, high] = [0, this.#gaps.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#gaps[middle]?.to ?? position) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
