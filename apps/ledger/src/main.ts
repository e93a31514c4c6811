import { ConfigurationError, readConfiguration } from './configuration.ts';
import { createApp, startApp } from './create-app.ts';

/** Ends the process with one clear line; a stack trace only for what nobody foresaw. */
const giveUp = (error: unknown): never => {
  const foreseen = error instanceof ConfigurationError || (error instanceof Error && hasOwnName(error));
  process.stderr.write(`subledger: ${foreseen ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exit(1);
};

/** Errors of the ledger's own, and of the system (a port in use, a folder that cannot be written), say enough by themselves. */
const hasOwnName = (error: Error): boolean =>
  'code' in error ||
  ['FolderInUse', 'StoreUnavailable', 'ReadStoreUnavailable', 'CheckpointBeyondLog'].includes(error.name);

const run = async (): Promise<void> => {
  const configuration = readConfiguration(process.env);
  const app = await createApp(configuration);
  const end = (): void => {
    app.close().then(() => process.exit(0), giveUp);
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  const { url, administratorKey } = await startApp(app, configuration);
  const key = administratorKey === undefined ? '' : `  administrator key: ${administratorKey}`;
  process.stdout.write(`subledger listens on ${url}${key}\n`);
};

run().catch(giveUp);
