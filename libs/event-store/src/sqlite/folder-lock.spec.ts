import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderInUse, lockFolder } from './index.ts';

describe('the lock of a data folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-lock-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const modeOf = (path: string) => statSync(join(folder, path)).mode & 0o777;

  it('has one holder at a time', () => {
    const letGo = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(FolderInUse);
    letGo();
    lockFolder(folder)();
  });

  it('creates a missing folder, for this user only', () => {
    lockFolder(join(folder, 'new', 'data'))();
    expect(['new', 'new/data', 'new/data/lock'].map((path) => modeOf(path))).toEqual([0o700, 0o700, 0o600]);
  });

  it('closes a folder that an earlier version left open to all, and keeps the mode of a folder with other contents', () => {
    for (const [name, files] of [
      ['old', ['lock', 'events.sqlite-wal']],
      ['home', ['lock', 'letters']],
    ] as const) {
      mkdirSync(join(folder, name));
      chmodSync(join(folder, name), 0o755);
      for (const file of files) writeFileSync(join(folder, name, file), '', { mode: 0o644 });
      lockFolder(join(folder, name))();
    }
    expect(['old', 'old/lock', 'home', 'home/lock', 'home/letters'].map((path) => modeOf(path))).toEqual([
      0o700, 0o600, 0o755, 0o600, 0o644,
    ]);
  });

  it('ends with the process that holds it', () => {
    const module = new URL('./folder-lock.ts', import.meta.url).href;
    const script = `(await import(${JSON.stringify(module)})).lockFolder(process.argv[1]); process.kill(process.pid, 'SIGKILL')`;
    expect(() =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: 'pipe' }),
    ).toThrow(expect.objectContaining({ signal: 'SIGKILL' }));
    lockFolder(folder)();
  });
});
