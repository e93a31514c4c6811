/** The global under which a test run may configure stores other than a data folder for its ledgers. */
export const STORES = Symbol.for('subledger.test.stores');

/** The variables that lead to empty stores for a new ledger, or to the same stores for one that continues on a data folder. */
export type StoresOf = (data: string | undefined) => Promise<Readonly<Record<string, string>>>;
