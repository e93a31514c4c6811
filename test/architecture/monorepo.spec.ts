import { readdir, readFile } from 'node:fs/promises';

type Project = {
  readonly type: string;
  readonly root: string;
  readonly sourceRoot: string;
  readonly entryFile: string;
};

describe('nest-cli.json', () => {
  it('lists exactly the apps, the libs and the projections of the repository', async () => {
    const { projects } = JSON.parse(await readFile('nest-cli.json', 'utf8')) as { projects: Record<string, Project> };
    const described = Object.values(projects).map(
      ({ type, sourceRoot, entryFile }) => `${type} ${sourceRoot}/${entryFile}.ts`,
    );

    const apps = (await readdir('apps')).map((app) => `application apps/${app}/src/main.ts`);
    const libs = (await readdir('libs')).map((lib) => `library libs/${lib}/src/index.ts`);
    expect(described.sort()).toEqual([...apps, ...libs, 'library projections/index.ts'].sort());

    const entries = described.map((project) => readFile(project.split(' ')[1]!));
    await expect(Promise.all(entries)).resolves.toBeDefined();
  });
});
