import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { fail } from '../failure.ts';
import { verb, type Json } from '../options.ts';

type Options = Json & { readonly quick?: true; readonly only?: string };

/** `bench`: how fast the ledger is here, beside a hand-written baseline on the same storage. */
export const bench = (program: Command): void => {
  verb(program, 'bench', 'measure this machine, beside a hand-written baseline')
    .option('--quick', 'shorter runs, rougher figures')
    .option('--only <rows>', 'only these rows, as B1c,B4')
    .action(async ({ json, quick, only }: Options, command: Command) => {
      const root = projectRoot();
      const main = join(root, 'bench/main.ts');
      if (!existsSync(main)) fail(`there are no benchmarks in this installation: ${main} is missing`);
      // One of the rows measures the built service.
      if ((await run(root, 'scripts/build.ts')) !== 0) fail('the ledger cannot be built');
      const options = [...(json ? ['--json'] : []), ...(quick ? ['--quick'] : []), ...(only ? ['--only', only] : [])];
      const status = await run(root, main, ...options);
      if (status === 2) command.error('error: the benchmarks do not know that');
      if (status !== 0) fail(`the benchmarks ended with ${String(status)}`);
    });
};

/** Runs a script of the project. Returns its exit status, or the signal that ended it. */
const run = async (root: string, ...command: readonly string[]): Promise<number | string> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    cwd: root,
    stdio: 'inherit',
  });
  const [status, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return status ?? String(signal);
};

/** The folder of the repository, from the sources as well as from what is built of them. */
const projectRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
};
