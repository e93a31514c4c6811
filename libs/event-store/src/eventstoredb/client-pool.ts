import { Connection } from './connection.ts';

let shared: { readonly connection: Connection; users: number } | undefined;

/**
 * The connection of this process, opened by whoever comes first. The driver mixes up the servers that it speaks to (an
 * error of one rejects what another has yet to answer), so there is but one at a time.
 */
export const join = (url: string): Connection => {
  shared ??= { connection: new Connection(url), users: 0 };
  if (shared.connection.url !== url)
    throw new Error(
      `this process is connected to ${hostsIn(shared.connection.url)}: it cannot use ${hostsIn(url)} too`,
    );
  shared.users += 1;
  return shared.connection;
};

/** Ends the connection when nobody else uses it. */
export const leave = async (connection: Connection): Promise<void> => {
  if (shared?.connection !== connection) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  shared = undefined;
  await connection.close();
};

/** A connection string without the password. */
const hostsIn = (url: string): string => url.replace(/\/\/.*@/, '//');
