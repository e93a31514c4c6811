import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderInUse, lockFolder } from './index.ts';

describe('the lock of a data folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-lock-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is held by one at a time', () => {
    const letGo = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(FolderInUse);
    letGo();
    lockFolder(folder)();
  });

  it('makes the folder where there is none', () => {
    lockFolder(join(folder, 'new', 'data'))();
  });

  it('dies with whoever holds it', () => {
    const module = new URL('./folder-lock.ts', import.meta.url).href;
    const script = `(await import(${JSON.stringify(module)})).lockFolder(process.argv[1]); process.kill(process.pid, 'SIGKILL')`;
    expect(() =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: 'pipe' }),
    ).toThrow(expect.objectContaining({ signal: 'SIGKILL' }));
    lockFolder(folder)();
  });
});
