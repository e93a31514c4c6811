import { Presets, SingleBar } from 'cli-progress';
import { InvalidArgumentError, type Command } from 'commander';
import type { EventStore } from '#event-store';
import type { Recorded } from '#kernel';
import { batchesOf, importIntoEmpty, type StoreLocations, whereLogIs } from '#ledger';
import { ExportFile } from '../export-file.ts';
import { fail, lineFor } from '../failure.ts';
import { appendFrom, check, type Checked, type Manner } from '../importing.ts';
import { entryOf, LogDigest } from '../log.ts';
import { verb, type Json } from '../options.ts';
import { note, print, printJson } from '../output.ts';
import { locations } from '../settings.ts';
import { withAdvice } from '../stores.ts';

const INSTEAD = 'import into an empty folder of its own (SUBLEDGER_DATA), and start the ledger on that';

/** As many as may share a transaction, in which they keep their order. */
const INTO_FOLDER: Manner = { atOnce: 512, waitMs: 0 };
/** Longer than a cluster may take to elect another leader. */
const INTO_CLUSTER: Manner = { atOnce: 1, waitMs: 20_000 };

const FORMAT = 'imported [{bar}] {percentage}% {value}/{total} events';

type Options = Json & { readonly sha256?: string };
type Imported = { readonly events: number; readonly sha256: string };

/** `import <file>`: an export becomes the history of an empty ledger. */
export const importLog = (program: Command): void => {
  verb(program, 'import <file>', 'an export (ndjson; - for stdin) into an empty ledger, ids and order kept')
    .option('--sha256 <digest>', 'only if the file has this digest of a log', hexDigest)
    .addHelpText(
      'after',
      `
The file is read to its end before anything is appended. Into a data folder it is imported whole or not at all; into
EventStoreDB event by event: if that breaks off, import the same file again, which goes on from there.`,
    )
    .action(async (file: string, { sha256, json }: Options) => {
      const to = locations();
      const imported = await importIntoEmpty(to, (log, present) =>
        importInto({ to, log, present }, file, sha256),
      ).catch((error: unknown) => {
        throw withAdvice(error, INSTEAD);
      });
      if (json) printJson(imported);
      else print(`imported ${String(imported.events)} events ${whereLogIs(to)}; digest of the log ${imported.sha256}`);
    });
};

const hexDigest = (text: string): string => {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('It is a SHA-256 in hex.');
  return text.toLowerCase();
};

type Target = {
  readonly to: StoreLocations;
  readonly log: EventStore;
  readonly present: AsyncIterable<readonly Recorded[]>;
};

/** Nothing is appended if anything in the file is wrong. */
const importInto = async (target: Target, path: string, wanted: string | undefined): Promise<Imported> => {
  const file = await ExportFile.open(path);
  try {
    const checked = await check(file, target.present, whereLogIs(target.to));
    const { events, sha256, present } = checked;
    if (wanted !== undefined && sha256 !== wanted)
      fail(`the file's digest is ${sha256}, not ${wanted}: nothing is imported`);
    if (present > 0) note(`${String(present)} of ${String(events)} events are there already: going on after them`);
    await append(target, file, checked);
    return { events, sha256 };
  } finally {
    await file.close();
  }
};

/** In a folder, a failure leaves nothing behind; in a cluster, it leaves the beginning. */
const append = async ({ to, log }: Target, file: ExportFile, { events, sha256, present }: Checked): Promise<void> => {
  const inFolder = to.eventStoreUrl === undefined;
  const bar = process.stderr.isTTY ? new SingleBar({ format: FORMAT }, Presets.shades_classic) : undefined;
  bar?.start(events, present);
  let done = present;
  const onProgress = (events: number) => {
    done = events;
    bar?.update(events);
  };
  try {
    await appendFrom(log, file, present, { ...(inFolder ? INTO_FOLDER : INTO_CLUSTER), onProgress });
  } catch (error) {
    if (inFolder) throw error;
    fail(
      `${lineFor(error)}; at least ${String(done)} of ${String(events)} events are in the log: once that is mended, import ` +
        'the same file again, which goes on from there',
    );
  } finally {
    bar?.stop();
  }
  const came = await digestOf(log);
  if (came !== sha256)
    fail(
      `the log came out as ${came}, but the file is ${sha256}: ` +
        (inFolder
          ? 'nothing is imported'
          : 'another process wrote to it meanwhile. Begin again with an empty event store'),
    );
};

const digestOf = async (log: EventStore): Promise<string> => {
  const digest = new LogDigest();
  for await (const batch of batchesOf(log)) for (const event of batch) digest.add(entryOf(event));
  return digest.sha256;
};
