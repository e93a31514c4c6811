import { Command, CommanderError } from 'commander';
import { lineFor } from './failure.ts';
import { bench } from './verbs/bench.ts';
import { catalog } from './verbs/catalog.ts';
import { digest } from './verbs/digest.ts';
import { events } from './verbs/events.ts';
import { exportLog } from './verbs/export.ts';
import { importLog } from './verbs/import.ts';
import { keys } from './verbs/keys.ts';
import { projections } from './verbs/projections.ts';
import { rebuild } from './verbs/rebuild.ts';
import { state } from './verbs/state.ts';
import { verify } from './verbs/verify.ts';

const DONE = 0;
const FAILED = 1;
const WRONG_USAGE = 2;

const program = new Command('subledger')
  .description(
    "The auditor's and operator's tool for the ledger in the data folder ($SUBLEDGER_DATA, ./data if not set), " +
      'or in EventStoreDB ($EVENTSTORE_URL) and PostgreSQL ($DATABASE_URL).',
  )
  .exitOverride()
  .showHelpAfterError('(add --help for what there is)')
  .addHelpText(
    'after',
    `
Exit status: ${DONE} done, ${FAILED} failed, ${WRONG_USAGE} wrong usage.
What only reads works beside a running ledger. What writes needs a data folder for itself, and says so. On EventStoreDB and
PostgreSQL it works beside one, too, but for rebuild, which needs the projectors stopped, and import.`,
  );

for (const declare of [events, state, exportLog, importLog, rebuild, projections, digest, verify, keys, catalog, bench])
  declare(program);

/** The exit status for an error, which is reported in one line on stderr. */
const statusOf = (error: unknown): number => {
  // Commander has reported it already; requested help is not an error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_USAGE;
  process.stderr.write(`subledger: ${lineFor(error)}\n`);
  return FAILED;
};

// Files are for this user only: the log holds names, prices and digests of keys.
process.umask(0o077);

// A reader of the output may stop early, as `head` does: that is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(DONE);
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = statusOf(error);
}
