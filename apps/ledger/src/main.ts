import { ConfigurationError, readConfiguration } from './config/configuration.ts';
import { createApp, startApp } from './host/create-app.ts';

/** Errors whose message is enough, beside those of the configuration. */
const FORESEEN = [
  'StoreUnavailable',
  'StoreUnusable',
  'ReadStoreUnavailable',
  'ReadStoreUnusable',
  'CheckpointBeyondLog',
  'CorruptEvent',
];

/** Ends the process with one clear line; unexpected errors also get a stack trace. */
const giveUp = (error: unknown): never => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const foreseen = error instanceof ConfigurationError || FORESEEN.includes(name);
  process.stderr.write(`subledger: ${foreseen ? message : (stack ?? message)}\n`);
  process.exit(1);
};

// The outputs may be full or closed; without a listener, that would end the process.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// Other files of this process, such as a crash report, are for its user only, too.
process.umask(0o077);

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
