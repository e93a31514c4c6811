import { Connection } from './connection.ts';

let shared: { readonly connection: Connection; users: number } | undefined;

/**
 * Acquires this process's connection; the first user opens it. The driver mixes up the servers that it talks to (an
 * error of one rejects pending calls to another), so there is only one connection at a time.
 */
export const acquire = (url: string): Connection => {
  shared ??= { connection: new Connection(url), users: 0 };
  if (shared.connection.url !== url)
    throw new Error(
      `this process is connected to ${hostsIn(shared.connection.url)}: it cannot use ${hostsIn(url)} too`,
    );
  shared.users += 1;
  return shared.connection;
};

/** Releases the connection; the last user closes it. */
export const release = async (connection: Connection): Promise<void> => {
  if (shared?.connection !== connection) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  shared = undefined;
  await connection.close();
};

/** A connection string without the password. */
const hostsIn = (url: string): string => url.replace(/\/\/.*@/, '//');
