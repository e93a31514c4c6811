import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import type { EventStore } from '#event-store';
import { START, type Recorded } from '#kernel';
import { rawCodec, batchesOf } from '#ledger';
import { withStores } from '../stores.ts';
import { entryOf } from '../log.ts';
import { csvRow } from '../csv.ts';
import { verb, type Json } from '../options.ts';

type Options = Json & { readonly after?: string; readonly format: 'ndjson' | 'csv' };

/** `export [--after <position>] [--format ndjson|csv]`: the log, to stdout. */
export const exportLog = (program: Command): void => {
  verb(program, 'export', 'the whole log in order, to stdout')
    .option('--after <position>', 'only what comes after this position of an earlier export')
    .addOption(
      new Option('--format <format>', 'csv is for spreadsheets; import takes ndjson')
        .choices(['ndjson', 'csv'])
        .default('ndjson'),
    )
    .action(async ({ after = START, format, json }: Options, command: Command) => {
      if (json && format === 'csv') command.error("error: option '--json' contradicts '--format csv'");
      // Copies hold events as they were written.
      await withStores(({ events }) => write(linesOf(events, after, format)), rawCodec);
    });
};

/** Waits for the reader where necessary. */
const write = async (lines: AsyncIterable<string>): Promise<void> => {
  await pipeline(Readable.from(lines, { highWaterMark: 4 }), process.stdout, { end: false });
};

async function* linesOf(log: EventStore, after: string, format: Options['format']): AsyncGenerator<string> {
  const lineOf = format === 'csv' ? csvLine : (event: Recorded) => JSON.stringify(exported(event));
  if (format === 'csv') yield `${csvRow(COLUMNS)}\n`;
  for await (const batch of batchesOf(log, after)) yield batch.map((event) => `${lineOf(event)}\n`).join('');
}

const exported = (event: Recorded) => ({ position: event.position, ...entryOf(event) });

const COLUMNS = [
  'position',
  'stream',
  'revision',
  'id',
  'type',
  'schema',
  'effectiveAt',
  'recordedAt',
  'actorId',
  'actorRole',
  'partnerId',
  'commandId',
  'correlationId',
  'causationId',
  'policy',
  'catalogVersion',
  'data',
] as const;

const csvLine = ({ position, stream, revision, id, type, data, meta }: Recorded): string => {
  const values: Record<(typeof COLUMNS)[number], string> = {
    position,
    stream,
    revision: String(revision),
    id,
    type,
    schema: String(meta.schema),
    effectiveAt: data.effectiveAt,
    recordedAt: meta.recordedAt,
    actorId: meta.actor.id,
    actorRole: meta.actor.role,
    partnerId: meta.actor.partnerId,
    commandId: meta.commandId,
    correlationId: meta.$correlationId,
    causationId: meta.$causationId,
    policy: meta.policy ?? '',
    catalogVersion: meta.catalogVersion ?? '',
    data: JSON.stringify(data),
  };
  return csvRow(COLUMNS.map((column) => values[column]));
};
