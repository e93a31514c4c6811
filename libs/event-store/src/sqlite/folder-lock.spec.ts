import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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

  it('lets only its owner look into a folder that it makes', () => {
    const made = join(folder, 'private');
    lockFolder(made)();
    expect((statSync(made).mode & 0o777).toString(8)).toBe('700');
  });

  describe('whose file is removed', () => {
    const until = async (holds: () => boolean) => {
      while (!holds()) await delay(10);
    };

    it('is taken again by its holder', async () => {
      const letGo = lockFolder(folder);
      rmSync(join(folder, 'lock'));
      await until(() => existsSync(join(folder, 'lock')));
      expect(() => lockFolder(folder)).toThrow(FolderInUse);
      letGo();
    });

    it('is lost to a process that was faster, and its holder learns of it', async () => {
      let lost = 0;
      const letGo = lockFolder(folder, () => (lost += 1));
      rmSync(join(folder, 'lock'));
      const other = lockFolder(folder);
      await until(() => lost > 0);
      expect(lost).toBe(1);
      letGo();
      other();
    });
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
