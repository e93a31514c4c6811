import pg from 'pg';
import { ReadStoreUnusable } from '../read-store.ts';
import { toPortError, endsConnection } from './errors.ts';
import { OWN_TABLES } from './schema.ts';

/** Where statements go: a connection within a transaction. */
export interface Session {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Answer<Row>>;
  /** A statement that may take as long as it takes: sorting a large table. */
  longQuery(text: string): Promise<void>;
}

/** Rows, and how many were changed or found. */
export type Answer<Row> = Pick<pg.QueryResult, 'command' | 'rowCount'> & { readonly rows: Row[] };

/** What a connection is for, and how long it may take. Milliseconds. */
type Use = {
  readonly name: string;
  readonly most: number;
  /** One statement, and waiting for a connection: then the server is taken to be away. */
  readonly timeout: number;
  readonly settings: Readonly<Record<string, string | number>>;
};

/** A transaction that rests this long, since its process was stopped, is ended by the server, and its locks with it. */
const RESTING = 4_000;

const writing: Use = {
  name: 'writer',
  most: 4,
  timeout: 30_000,
  settings: { idle_in_transaction_session_timeout: RESTING, lock_timeout: 5_000 },
};
/** A connection of its own: a lease is renewed while a large batch is written. */
const leasing: Use = { ...writing, name: 'leases', most: 1, timeout: 6_000 };
const reading = (most: number): Use => ({
  name: 'reader',
  most,
  // Shorter than ten seconds, with what it takes to find out: a command that looks something up is answered within those.
  timeout: 8_000,
  settings: { idle_in_transaction_session_timeout: 60_000, default_transaction_read_only: 'on' },
});

/** How long to wait for a connection. A command must have its answer within ten seconds, and that is a 503. */
const CONNECT = 5_000;

/** How long a long statement may take, in milliseconds: a day. */
const LONGEST = 86_400_000;

/** The oldest release that is tried. */
const OLDEST = 14;

/** Serialises the making of our own tables among processes that start together. Any number, as long as it stays. */
const MAKING_TABLES = 7_283_115;

const bigintAsNumber: pg.CustomTypesConfig = {
  // Sequences, amounts and counts stay far below 2^53. As text they would sort and compare wrongly in JavaScript.
  getTypeParser: ((oid, format) =>
    oid === pg.types.builtins.INT8
      ? Number
      : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser,
};

/** A connection while it is in use. Its errors are the port's. */
export class Connection implements Session {
  readonly #client: pg.PoolClient;
  readonly #where: string;
  #broken = false;

  constructor(client: pg.PoolClient, where: string) {
    this.#client = client;
    this.#where = where;
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Answer<Row>> {
    try {
      // What has no values may be several statements, which cost one round trip.
      return await (values.length === 0
        ? this.#client.query<Row & pg.QueryResultRow>(text)
        : this.#client.query<Row & pg.QueryResultRow>(text, [...values]));
    } catch (error) {
      this.#broken ||= endsConnection(error);
      throw toPortError(error, this.#where);
    }
  }

  async longQuery(text: string): Promise<void> {
    await this.query('SET LOCAL statement_timeout = 0');
    try {
      // The driver takes its own limit from here, although its types do not say so.
      const config: pg.QueryConfig & { readonly query_timeout: number } = { text, query_timeout: LONGEST };
      await this.#client.query(config);
    } catch (error) {
      this.#broken ||= endsConnection(error);
      throw toPortError(error, this.#where);
    }
  }

  async rollBack(): Promise<void> {
    // The server rolls back what it is no longer told about.
    if (!this.#broken) await this.query('ROLLBACK').catch(() => (this.#broken = true));
  }

  /** A connection in an unknown state is discarded. */
  giveBack(): void {
    this.#client.release(this.#broken);
  }
}

/** The connections to one database. Broken ones are replaced. */
export class Connections {
  /** For a person, without the password: `at db.example/subledger`. */
  readonly where: string;
  readonly #writers: pg.Pool;
  readonly #leases: pg.Pool;
  readonly #readers: pg.Pool;
  #ready: Promise<void> | undefined;
  #closed: Promise<unknown> | undefined;

  constructor(url: string, readers: number) {
    this.where = placeOf(url);
    this.#writers = pool(url, writing);
    this.#leases = pool(url, leasing);
    this.#readers = pool(url, reading(readers));
  }

  /** Runs `work` in one transaction; nothing of it stays when it throws. Errors come as the port's. */
  async transaction<T>(work: (session: Session) => Promise<T>, { durable = true } = {}): Promise<T> {
    await this.#prepared();
    // Without waiting for the disk, a crash of the server takes back the last transactions, rows and checkpoint together.
    const begin = durable ? 'BEGIN' : 'BEGIN; SET LOCAL synchronous_commit = off';
    return this.#within(this.#writers, begin, work);
  }

  /** One transaction on the connection that is kept for leases. */
  async leasing<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.#prepared();
    return this.#within(this.#leases, 'BEGIN', work);
  }

  /** A connection for queries, which cannot write. To be given back. */
  reader(): Promise<Connection> {
    return this.#connect(this.#readers);
  }

  async close(): Promise<void> {
    this.#closed ??= Promise.all([this.#writers.end(), this.#leases.end(), this.#readers.end()]);
    await this.#closed;
  }

  async #connect(from: pg.Pool): Promise<Connection> {
    try {
      return new Connection(await from.connect(), this.where);
    } catch (error) {
      throw toPortError(error, this.where);
    }
  }

  async #within<T>(from: pg.Pool, begin: string, work: (session: Session) => Promise<T>): Promise<T> {
    const connection = await this.#connect(from);
    try {
      await connection.query(begin);
      const result = await work(connection);
      await connection.query('COMMIT');
      return result;
    } catch (error) {
      await connection.rollBack();
      throw error;
    } finally {
      connection.giveBack();
    }
  }

  /** Makes our own tables when they are needed first; tried again when that failed. */
  async #prepared(): Promise<void> {
    this.#ready ??= this.#prepare();
    try {
      await this.#ready;
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  #prepare(): Promise<void> {
    return this.#within(this.#writers, 'BEGIN', async (session) => {
      const { rows } = await session.query<{ version: string }>(
        `SELECT current_setting('server_version_num') AS version`,
      );
      const release = Math.floor(Number(rows[0]?.version) / 10_000);
      if (release < OLDEST)
        throw new ReadStoreUnusable(`PostgreSQL ${OLDEST} or newer is needed; the one ${this.where} is ${release}`);
      await session.query('SELECT pg_advisory_xact_lock($1)', [MAKING_TABLES]);
      for (const statement of OWN_TABLES) await session.query(statement);
    });
  }
}

const pool = (url: string, { name, most, timeout, settings }: Use): pg.Pool => {
  const all = { ...settings, statement_timeout: timeout };
  const set = Object.entries(all).map(([setting, value]) => `SET ${setting} = '${value}'`);
  const made = new pg.Pool({
    connectionString: url,
    max: most,
    application_name: `subledger ${name}`,
    connectionTimeoutMillis: CONNECT,
    // A server that neither answers nor hangs up. Its own time-out comes first where it still works.
    query_timeout: timeout + 1_000,
    keepAlive: true,
    types: bigintAsNumber,
    // Not as options of the start-up message, which the URL may use, and which a connection pooler may refuse.
    onConnect: (client) => client.query(set.join('; ')) as unknown as undefined,
  });
  // A connection that is lost while idle is replaced when it is needed; without a listener it would end the process.
  made.on('error', () => undefined);
  made.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return made;
};

const placeOf = (url: string): string => {
  try {
    const { host, pathname, searchParams } = new URL(url);
    return `at ${searchParams.get('host') ?? host}${pathname}`;
  } catch {
    throw new Error("the read store's URL is not valid; expected postgresql://user:password@host:5432/database");
  }
};
