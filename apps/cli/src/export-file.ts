import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
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

  /** Opens a file; `-` is stdin. What can be read but once is kept in a file that nobody else sees, as long as this lasts. */
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

  /** The lines that are not empty, from the first one on. */
  async *lines(): AsyncGenerator<Line> {
    const input: AsyncIterable<string> = this.#handle.createReadStream({
      encoding: 'utf8',
      start: 0,
      autoClose: false,
    });
    let rest = '';
    let number = 0;
    for await (const chunk of input) {
      const texts = (rest + chunk).split('\n');
      rest = texts.pop() ?? '';
      for (const text of texts) {
        number += 1;
        if (text.trim() !== '') yield { text, at: this.#at(number) };
      }
    }
    if (rest.trim() !== '') yield { text: rest, at: this.#at(number + 1) };
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

const kept = async (source: Readable): Promise<FileHandle> => {
  const folder = await mkdtemp(join(tmpdir(), 'subledger-import-'));
  const handle = await open(join(folder, 'export.ndjson'), 'wx+', 0o600);
  // It has no name any more: however this ends, nothing is left.
  await rm(folder, { recursive: true, force: true });
  await handle.writeFile(source);
  return handle;
};

const shapes = codec(history);

type Members = Readonly<Record<string, unknown>>;

/** The event in a line, which this program must be able to read in all its parts. */
export const eventIn = ({ text, at }: Line): Entry & { readonly position: Position } => {
  try {
    const members = JSON.parse(text) as Members;
    const fault = faultOf(members);
    if (fault !== undefined) throw new Error(fault);
    const { position, stream, revision, id, type, schema, data, meta } = members as ReturnType<typeof eventIn>;
    // What the ledger could not read one day must not get in.
    const stored = { id, type, data: JSON.stringify(data), meta: JSON.stringify(meta) };
    const { meta: known } = shapes.decode(stored, stream, revision, position);
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
