import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { fail } from '../failure.ts';
import { verb, type Json } from '../options.ts';

/** `bench`: how fast the ledger is here, beside a floor written by hand on the same storage. */
export const bench = (program: Command): void => {
  verb(program, 'bench', 'measure this machine, beside a hand-written floor').action(async ({ json }: Json) => {
    const main = join(projectRoot(), 'bench/main.ts');
    if (!existsSync(main)) fail(`there are no benchmarks in this installation: ${main} is missing`);
    const options = ['--disable-warning=ExperimentalWarning', main, ...(json ? ['--json'] : [])];
    const child = spawn(process.execPath, options, { cwd: projectRoot(), stdio: 'inherit' });
    const [status, signal] = (await once(child, 'exit')) as [number | null, string | null];
    if (status !== 0)
      fail(`the benchmarks ended with ${status === null ? String(signal) : `status ${String(status)}`}`);
  });
};

/** The folder of the repository, from the sources as well as from what is built of them. */
const projectRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
};
