import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A line-by-line record of every change, from which a server restores itself after any kill. */
export class Journal<Line> {
  readonly #file: number;

  /**
   * Passes each existing line to `each`, and continues after the last complete one. A `durable` journal survives a power cut, not
   * only a kill.
   */
  constructor(path: string, each: (line: Line) => void, durable: boolean) {
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      // A server that was killed while it wrote a line had not answered yet.
      const whole = bytes.lastIndexOf(0x0a) + 1;
      if (whole < bytes.length) truncateSync(path, whole);
      for (const line of bytes.subarray(0, whole).toString().split('\n'))
        if (line !== '') each(JSON.parse(line) as Line);
    }
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, durable ? 'as' : 'a');
  }

  write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
