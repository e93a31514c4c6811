import { isUtf8 } from 'node:buffer';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { normaliseInstant } from '#calendar';
import { codec } from '#event-store';
import { START, type Position } from '#kernel';
import { categories, history } from '#ledger';
import { fail, lineFor } from './failure.ts';
import type { Entry } from './log.ts';

/** An export that is read more than once: all of it is checked before any of it is used. */
export class ExportFile {
  readonly #name: string;
  readonly #handle: FileHandle;

  private constructor(name: string, handle: FileHandle) {
    this.#name = name;
    this.#handle = handle;
  }

  /** Opens a file; `-` is stdin. A stream that can be read only once is copied to a private file, for the time of the import. */
  static async open(path: string): Promise<ExportFile> {
    if (path === '-') return new ExportFile('stdin', await kept(process.stdin));
    const handle = await open(path);
    if ((await handle.stat()).isFile()) return new ExportFile(path, handle);
    try {
      return new ExportFile(path, await kept(handle.createReadStream()));
    } finally {
      await handle.close();
    }
  }

  /** The lines that are not empty, from the first one on. Fails with one that is too long, or not UTF-8. */
  async *lines(): AsyncGenerator<Line> {
    const input: AsyncIterable<Buffer> = this.#handle.createReadStream({ start: 0, autoClose: false });
    let rest: Buffer[] = [];
    let bytes = 0;
    let number = 1;
    for await (const chunk of input) {
      let from = 0;
      for (let end = chunk.indexOf(LINE_BREAK); end >= 0; end = chunk.indexOf(LINE_BREAK, from)) {
        yield* lineOf([...rest, chunk.subarray(from, end)], this.#at(number));
        [rest, bytes, from] = [[], 0, end + 1];
        number += 1;
      }
      rest.push(chunk.subarray(from));
      bytes += chunk.length - from;
      if (bytes > MOST_LINE_BYTES) fail(`${this.#at(number)} is longer than ${String(MOST_LINE_BYTES)} bytes`);
    }
    yield* lineOf(rest, this.#at(number));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #at(number: number): string {
    return `line ${String(number)} of ${this.#name}`;
  }
}

/** A line of an export, and where it stands, for a person. */
export type Line = { readonly text: string; readonly at: string };

/** No event that the ledger records comes near it. */
const MOST_LINE_BYTES = 4 * 1_048_576;
const LINE_BREAK = 0x0a;

/** A line, unless it is empty. */
function* lineOf(parts: readonly Buffer[], at: string): Generator<Line> {
  const bytes = Buffer.concat(parts);
  if (!isUtf8(bytes)) fail(`${at} is not UTF-8`);
  const text = bytes.toString();
  if (text.trim() !== '') yield { text, at };
}

const kept = async (source: Readable): Promise<FileHandle> => {
  const folder = await mkdtemp(join(tmpdir(), 'subledger-import-'));
  const handle = await open(join(folder, 'export.ndjson'), 'wx+', 0o600);
  // The file has no name any more, so nothing is left behind.
  await rm(folder, { recursive: true, force: true });
  await handle.writeFile(source);
  return handle;
};

const shapes = codec(history);

type Members = Readonly<Record<string, unknown>>;

/** The event of a line. Fails if this program cannot read any part of it. */
export const eventIn = ({ text, at }: Line): Entry & { readonly position: Position } => {
  try {
    const members = JSON.parse(text) as Members;
    const fault = faultOf(members);
    if (fault !== undefined) throw new Error(fault);
    const { position, stream, revision, id, type, schema, data, meta } = members as ReturnType<typeof eventIn>;
    // An event that the ledger could not read later must not get in.
    const stored = { id, type, data: JSON.stringify(data), meta: JSON.stringify(meta) };
    const { meta: known } = shapes.decode(stored, stream, revision, position);
    const lack = lackOf(data, meta);
    if (lack !== undefined) throw new Error(lack);
    if (schema !== known.schema) throw new Error('its schema is not that of its metadata');
    return { position, stream, revision, id, type, schema, data, meta };
  } catch (error) {
    return fail(`${at} is no event of an export: ${lineFor(error).replace(/^.*cannot be read: /, '')}`);
  }
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const STREAM = new RegExp(`^(${categories.join('|')})-.`);

const faultOf = ({ position, stream, revision, id, type }: Members): string | undefined => {
  if (typeof position !== 'string' || position === START) return 'it has no position';
  if (typeof stream !== 'string' || !STREAM.test(stream)) return 'it names no stream of a ledger';
  if (!Number.isSafeInteger(revision) || Number(revision) < 0) return 'it has no revision';
  if (typeof id !== 'string' || !UUID.test(id)) return 'its id is no UUID';
  return typeof type === 'string' && type !== '' ? undefined : 'it has no type';
};

const isText = (value: unknown): boolean => typeof value === 'string';

/** What every event has, whatever its type, and this one has not. */
const lackOf = (data: object, meta: object): string | undefined => {
  const { actor, recordedAt, ...ids } = meta as Members;
  const { id, role, partnerId } = (typeof actor === 'object' && actor !== null ? actor : {}) as Members;
  if (![id, role, partnerId].every(isText)) return 'its metadata names no actor';
  const instants = [recordedAt, (data as Members)['effectiveAt']];
  if (!instants.every((instant) => isText(instant) && normaliseInstant(String(instant)) === instant))
    return 'it does not say by instants when it took effect and was recorded';
  const named = [ids['commandId'], ids['fingerprint'], ids['$correlationId'], ids['$causationId']];
  return named.every(isText) ? undefined : 'its metadata does not name its command';
};
