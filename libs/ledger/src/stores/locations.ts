import { resolve } from 'node:path';

/** Where a ledger is stored: each of its two stores in the data folder, or remote. */
export type StoreLocations = {
  /** Absolute. Used by the stores that are not remote. */
  readonly dataFolder: string;
  /** `esdb://user:password@host:2113?tls=true`: the log is in EventStoreDB or KurrentDB. */
  readonly eventStoreUrl?: string;
  /** `postgresql://user:password@host:5432/database`: the read models are in PostgreSQL. */
  readonly databaseUrl?: string;
};

/** A variable for a location has an invalid value. */
export class InvalidStoreUrl extends Error {
  override readonly name = 'WrongPlace';
  readonly variable: string;
  /** What is wrong; reads on from the variable's name. */
  readonly fault: string;
  constructor(variable: string, fault: string) {
    super(`${variable} ${fault}`);
    this.variable = variable;
    this.fault = fault;
  }
}

/** Reads `SUBLEDGER_DATA`, `EVENTSTORE_URL` and `DATABASE_URL` (http-api.md §1). An empty value counts as unset. Throws `WrongPlace`. */
export const storeLocationsFrom = (environment: Readonly<Record<string, string | undefined>>): StoreLocations => {
  const value = (name: string) => (environment[name] === '' ? undefined : environment[name]);
  const eventStoreUrl = value('EVENTSTORE_URL');
  const databaseUrl = value('DATABASE_URL');
  return {
    dataFolder: resolve(value('SUBLEDGER_DATA') ?? 'data'),
    ...(eventStoreUrl === undefined ? {} : { eventStoreUrl: eventStore(eventStoreUrl) }),
    ...(databaseUrl === undefined ? {} : { databaseUrl: database(databaseUrl) }),
  };
};

/** Whether the data folder is used: then one process owns it. */
export const usesFolder = ({ eventStoreUrl, databaseUrl }: StoreLocations): boolean =>
  eventStoreUrl === undefined || databaseUrl === undefined;

/** Where the log is, for a person: without passwords. */
export const whereLogIs = ({ dataFolder, eventStoreUrl }: StoreLocations): string =>
  eventStoreUrl === undefined ? `in ${dataFolder}` : `at ${withoutSecrets(eventStoreUrl)}`;

/** Where the read models are, for a person: without passwords. */
export const whereReadsAre = ({ dataFolder, databaseUrl }: StoreLocations): string =>
  databaseUrl === undefined ? `in ${dataFolder}` : `at ${withoutSecrets(databaseUrl)}`;

/** Keeps hosts and database; drops user and password. */
const withoutSecrets = (url: string): string => url.replace(/\/\/.*@/, '//').replace(/\?.*$/, '');

const eventStore = (url: string): string => {
  if (!/^esdb(\+discover)?:\/\/[^\s/]/.test(url))
    throw new InvalidStoreUrl(
      'EVENTSTORE_URL',
      'must be a connection string such as esdb://user:password@host:2113?tls=true, or esdb+discover://…',
    );
  return url;
};

const database = (url: string): string => {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    throw new InvalidStoreUrl('DATABASE_URL', 'must be a URL such as postgres://user:password@host:5432/database');
  return url;
};
