import pg from 'pg';
import { sentenceOf } from '../logger.ts';
import { ReadModelNotBuilt, ReadStoreUnavailable, ReadStoreUnusable, RowRefused } from '../read-store.ts';

/** Classes of SQLSTATE that speak of the row: cardinality, data, constraint, a limit of the program (an index entry too long). */
const ABOUT_THE_ROW = new Set(['21', '22', '23', '54']);

/**
 * Classes that speak of the store, not of what it was asked for: connection, read only or an aborted transaction, rolled
 * back for others' sake, resources (a full disk), not in that state (a lock that is not to be had), an operator's hand, the
 * system around it, its own inside.
 */
const ABOUT_THE_STORE = new Set(['08', '25', '40', '53', '55', '57', '58', 'XX']);

/** Who may come in, which database. */
const ABOUT_US = new Set(['28', '3D']);

/** A missing view was not created yet: the read models are being built. */
const NO_SUCH_TABLE = '42P01';

/** Whether PostgreSQL said it. */
const isAnswer = (error: unknown): error is pg.DatabaseError => error instanceof pg.DatabaseError;

/** A server that was the primary until a fail-over. */
const READ_ONLY = '25006';

/** Whether a connection cannot be used any longer: its state is unknown, or it is closed, or its server is gone. */
export const endsConnection = (error: unknown): boolean =>
  !isAnswer(error) || error.severity === 'FATAL' || error.code === READ_ONLY;

/** The port's error for an error of PostgreSQL, its client or the network. `where` names the database in the message. */
export const toPortError = (error: unknown, where: string): unknown => {
  if (!isAnswer(error)) return isMistake(error) ? error : unavailable(error, where);
  const code = error.code ?? '';
  if (ABOUT_US.has(code.slice(0, 2))) return new ReadStoreUnusable(cannotBeUsed(error, where), { cause: error });
  if (ABOUT_THE_ROW.has(code.slice(0, 2))) return new RowRefused(sentenceOf(error), { cause: error });
  if (code === NO_SUCH_TABLE)
    return new ReadModelNotBuilt(`the read models ${where} have not all been built yet: ${sentenceOf(error)}`, {
      cause: error,
    });
  return ABOUT_THE_STORE.has(code.slice(0, 2)) ? unavailable(error, where) : error;
};

/** The client was asked for what makes no sense: that is our own mistake, and stays as it is. */
const isMistake = (error: unknown): boolean => error instanceof TypeError;

const unavailable = (error: unknown, where: string): ReadStoreUnavailable =>
  new ReadStoreUnavailable(cannotBeUsed(error, where), { cause: error });

const cannotBeUsed = (error: unknown, where: string): string =>
  `the read store ${where} cannot be used: ${told(error)}`;

/** Trying each address of a name, none of which answers, gives a list of errors and no word of its own. */
const told = (error: unknown): string => {
  const each = typeof error === 'object' && error !== null && 'errors' in error ? error.errors : undefined;
  return Array.isArray(each) ? each.map(sentenceOf).join(', ') : sentenceOf(error);
};
