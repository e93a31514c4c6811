import { createReadStream } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { codec, RevisionConflict, type Draft, type EventStore } from '#event-store';
import { START, type Position, type Recorded } from '#kernel';
import { fillEmptyLedger, history, LedgerNotEmpty, whereLogIs } from '#ledger-store';
import { fail, lineFor } from '../failure.ts';
import { orInstead } from '../stores.ts';
import { batchesOf, entryOf, LogDigest, type Entry } from '../log.ts';
import { verb, type Json } from '../options.ts';
import { print, printJson } from '../output.ts';
import { places } from '../settings.ts';

const INSTEAD = 'import into an empty folder of its own (SUBLEDGER_DATA), and start the ledger on that';

/** How many appends are under way at once: as many as may share a transaction. */
const GROUP = 512;

type Options = Json & { readonly sha256?: string };
type Imported = { readonly events: number; readonly sha256: string };

/** `import <file>`: an export becomes the history of a ledger that has none, whole or not at all. */
export const importLog = (program: Command): void => {
  verb(program, 'import <file>', 'an export (ndjson; - for stdin) into an empty ledger, ids and order kept')
    .option('--sha256 <digest>', 'only if the log comes out with this digest', hexDigest)
    .action(async (file: string, { sha256, json }: Options) => {
      const to = places();
      const where = whereLogIs(to);
      const imported = await fillEmptyLedger(to, (log, present) =>
        importInto({ log, present, where }, file, sha256),
      ).catch((error: unknown) => {
        throw orInstead(error, INSTEAD);
      });
      if (json) printJson(imported);
      else print(`imported ${String(imported.events)} events ${where}; digest of the log ${imported.sha256}`);
    });
};

const hexDigest = (text: string): string => {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('It is a SHA-256 in hex.');
  return text.toLowerCase();
};

type Target = {
  readonly log: EventStore;
  readonly present: AsyncIterable<readonly Recorded[]>;
  readonly where: string;
};

const importInto = async (
  { log, present, where }: Target,
  file: string,
  wanted: string | undefined,
): Promise<Imported> => {
  for await (const _ of present) throw new LedgerNotEmpty('the ledger', where);
  const given = await appendAll(log, file);
  const written = new LogDigest();
  for await (const batch of batchesOf(log)) for (const event of batch) written.add(entryOf(event));
  const { events, sha256 } = written;
  if (sha256 !== given.sha256)
    fail(`the log came out as ${sha256}, but the file is ${given.sha256}: nothing is imported`);
  if (wanted !== undefined && sha256 !== wanted)
    fail(`the file's digest is ${sha256}, not ${wanted}: nothing is imported`);
  return { events, sha256 };
};

/** Appends line by line; the store takes appends in the order in which they are sent. */
const appendAll = async (log: EventStore, file: string): Promise<LogDigest> => {
  const digest = new LogDigest();
  let waiting: Promise<void>[] = [];
  let number = 0;
  let before = START;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === '') continue;
    const at = `line ${String(number)} of ${file}`;
    const { position, ...entry } = read(line, at);
    if (position <= before) fail(`${at} stands before the one above it in the log: the export is not in order`);
    before = position;
    digest.add(entry);
    const appended = append(log, entry, at);
    // It may fail while the next lines are still being read; it is asked for that when the group is full.
    appended.catch(() => undefined);
    waiting.push(appended);
    if (waiting.length < GROUP) continue;
    await settled(waiting);
    waiting = [];
  }
  await settled(waiting);
  return digest;
};

/** All have come to an end; the first that failed is told. */
const settled = async (waiting: readonly Promise<void>[]): Promise<void> => {
  await Promise.allSettled(waiting);
  await Promise.all(waiting);
};

async function* linesOf(file: string): AsyncGenerator<string> {
  const input: AsyncIterable<string> =
    file === '-' ? process.stdin.setEncoding('utf8') : createReadStream(file, 'utf8');
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const append = async (
  log: EventStore,
  { stream, revision, id, type, data, meta }: Entry,
  at: string,
): Promise<void> => {
  const draft: Draft = { id, type, data, meta };
  try {
    await log.append(stream, [draft], revision - 1);
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
    fail(
      `${at}: ${stream} continues with revision ${String(error.actual + 1)}, not ${String(revision)}: the export is not whole`,
    );
  }
};

const shapes = codec(history);

type Line = Readonly<Record<string, unknown>>;

/** The event in a line, which this program must be able to read in all its parts. */
const read = (text: string, at: string): Entry & { readonly position: Position } => {
  try {
    const line = JSON.parse(text) as Line;
    const fault = faultOf(line);
    if (fault !== undefined) throw new Error(fault);
    const { position, stream, revision, id, type, schema, data, meta } = line as ReturnType<typeof read>;
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

const faultOf = ({ position, stream, revision, id, type }: Line): string | undefined => {
  if (typeof position !== 'string' || position === START) return 'it has no position';
  if (typeof stream !== 'string' || !/^[a-z]+-./.test(stream)) return 'it names no stream';
  if (!Number.isSafeInteger(revision) || Number(revision) < 0) return 'it has no revision';
  if (typeof id !== 'string' || !UUID.test(id)) return 'its id is no UUID';
  return typeof type === 'string' && type !== '' ? undefined : 'it has no type';
};
