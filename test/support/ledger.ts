import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfiguration } from '../../apps/ledger/src/config/configuration.ts';
import { createApp, startApp } from '../../apps/ledger/src/host/create-app.ts';
import { Client } from './client.ts';
import { STORES, type StoresOf } from './stores-of.ts';

/** The administrator's key of every ledger under test. */
export const KEY = 'administrator-of-the-ledger-under-test';

const embedded: StoresOf = () => Promise.resolve({});

export type Setting = {
  /** The simulated clock's first instant; without it the system's clock is used. */
  readonly clock?: string;
  /** A catalogue in the form of the file; by default the sample that is shipped. */
  readonly catalogue?: object;
  /** A preset's name, or the content of a policy file. */
  readonly policy?: string | object;
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** An existing data folder; by default a temporary folder, removed at the end. */
  readonly data?: string;
  /** For a separate process: the file to which it logs. By default its output is captured. */
  readonly logsTo?: number;
};

const prepared = ({ clock, catalogue, policy, env, data }: Setting) => {
  const folder = data ?? mkdtempSync(join(tmpdir(), 'subledger-test-'));
  const file = (name: string, content: object): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const variables: Record<string, string> = {
    PORT: '0',
    SUBLEDGER_DATA: join(folder, 'data'),
    SUBLEDGER_API_KEY: KEY,
    LOG_LEVEL: 'silent',
    ...(clock === undefined ? {} : { SUBLEDGER_CLOCK: `simulated:${clock}` }),
    ...(catalogue === undefined ? {} : { SUBLEDGER_CATALOG: file('catalogue.json', catalogue) }),
    ...(policy === undefined
      ? {}
      : { SUBLEDGER_POLICY: typeof policy === 'string' ? policy : file('policy.json', policy) }),
    ...env,
  };
  const clear = () => {
    if (data === undefined) rmSync(folder, { recursive: true, force: true });
  };
  return { folder, variables, clear };
};

/** A ledger within this process, over real HTTP, and on real SQLite unless the test run configures other stores. */
export const startLedger = async (setting: Setting = {}) => {
  const storesOf = ((globalThis as Record<symbol, unknown>)[STORES] ?? embedded) as StoresOf;
  const env = { ...(await storesOf(setting.data)), ...setting.env };
  const { variables, clear } = prepared({ ...setting, env });
  const configuration = readConfiguration(variables);
  const app = await createApp(configuration);
  const { url } = await startApp(app, configuration);
  return {
    client: new Client(url, KEY),
    app,
    stop: async () => {
      await app.close();
      clear();
    },
  };
};

export type RunningLedger = Awaited<ReturnType<typeof startLedger>>;

/** A ledger as a separate process, from the output of `npm run build`: it can really be killed. */
export const spawnLedger = async (setting: Setting = {}, entry?: string) => {
  const begun = beginLedger(setting, entry);
  const [, url = ''] = await begun.says(/listens on (\S+)/);
  return { ...begun, client: new Client(url, KEY) };
};

/** The same before it is known whether it starts: it may wait for its stores, or exit at once. */
export const beginLedger = (setting: Setting = {}, entry = 'dist/apps/ledger/src/main.js') => {
  const { folder, variables, clear } = prepared(setting);
  const child = spawn(process.execPath, ['--enable-source-maps', resolve(entry)], {
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'pipe', setting.logsTo ?? 'pipe'],
  });
  const told = { all: '' };
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      told.all += chunk.toString();
    });
  return {
    child,
    /** The value of `data` with which the next ledger continues on the same data. */
    folder,
    /** Everything it has printed. */
    told,
    /** Resolves when it has printed this; rejects when it exits first. */
    says: (what: RegExp) => heard(child, told, what),
    /** Sends a signal to the process and waits for its exit. Resolves to its exit status. */
    kill: async (signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      }
      return child.exitCode;
    },
    /** Resolves to its exit status when it has exited by itself. */
    ended: async (): Promise<number | null> => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      return child.exitCode;
    },
    clear: () => {
      clear();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const heard = (child: ChildProcess, told: { readonly all: string }, what: RegExp): Promise<RegExpExecArray> =>
  new Promise((found, failed) => {
    const look = () => {
      const match = what.exec(told.all);
      if (match !== null) found(match);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('exit', (code) => {
      failed(new Error(`the ledger ended with ${String(code)}: ${told.all}`));
    });
    look();
  });
