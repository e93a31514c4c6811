import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { ConfigurationError, readConfiguration } from '../../apps/ledger/src/config/configuration.ts';

const text = (file: string): string => readFileSync(file, 'utf8');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

const CHART = 'deploy/helm/subledger';
const DUTIES = ['api', 'projector', 'scheduler'];

/** Values that the rest of a deployment supplies. */
const outside = {
  EVENTSTORE_URL: 'esdb://somewhere:2113?tls=false',
  DATABASE_URL: 'postgres://someone:secret@somewhere:5432/subledger',
  SUBLEDGER_API_KEY: 'secret',
  SUBLEDGER_OIDC_ISSUER: 'https://issuer.example',
  SUBLEDGER_OIDC_AUDIENCE: 'ledger',
  SUBLEDGER_OIDC_JWKS_URL: 'https://issuer.example/keys',
};

/** The variables that the program reads, seen by watching it read them, so that no list has to be maintained. */
const readBy = (read: (environment: Record<string, string | undefined>) => unknown, given = {}): string[] => {
  const asked: string[] = [];
  const watched = new Proxy<Record<string, string | undefined>>(given, {
    get: (target, name) => {
      asked.push(String(name));
      return target[String(name)];
    },
  });
  read(watched);
  return sorted(asked);
};

/** Read once with nothing set, and once with variables that only matter together. */
const known = sorted([...readBy(readConfiguration), ...readBy(readConfiguration, outside)]);
const unknown = (names: Iterable<string>): string[] => sorted(names).filter((name) => !known.includes(name));

/** The variables in the first column of every table whose heading is “Variable”. */
const tabled = (markdown: string): string[] =>
  markdown
    .split(/\n\s*\n/)
    .filter((block) => /^\| *Variable\b/.test(block))
    .flatMap((table) => table.split('\n').slice(2))
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!));

/** Everything that looks like a variable of this program. `SUBLEDGER_TEST_…` belong to the tests. */
const mentioned = (anything: string): string[] =>
  [...anything.matchAll(/\b(?:SUBLEDGER|EVENTSTORE|DATABASE)_(?!TEST_)[A-Z_]*[A-Z]\b/g)].map(([name]) => name);

type Instruction = { readonly keyword: string; readonly rest: string };

const instructionsOf = (dockerfile: string): Instruction[] =>
  dockerfile
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ keyword: line.split(' ')[0]!, rest: line.slice(line.indexOf(' ') + 1).trim() }));

type Variables = Readonly<Record<string, string | null>>;
type Compose = {
  readonly services: Readonly<Record<string, { readonly environment: Variables; readonly image: string }>>;
};

/** As Compose fills it in when only the required variables are set outside. */
const filledIn = (variables: Variables): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === null ? [] : [[name, value.replaceAll(/\$\{\w+:\?[^}]*\}/g, 'secret')]],
    ),
  );

const composeOf = (yaml: string) => parse(yaml, { merge: true }) as Compose;
const ledgersIn = ({ services }: Compose) =>
  Object.values(services).filter(({ environment }) => 'SUBLEDGER_ROLE' in environment);

/** Runs a program; `undefined` if it is not installed. */
const run = (program: string, args: readonly string[], env: Record<string, string> = {}) => {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DOCKER_CONFIG: process.env['DOCKER_CONFIG'], ...env },
  });
  return error === undefined ? { status, stdout, stderr } : undefined;
};

const where = (isThere: boolean, program: string) => {
  if (isThere) return describe;
  process.stderr.write(`skipped: what ${program} says of the deployment. It is not on this machine\n`);
  return describe.skip;
};

describe('the variables of the program', () => {
  it('are collected by watching the program read them', () => {
    expect(known).toEqual(expect.arrayContaining(['PORT', 'SUBLEDGER_OIDC_ROLE_CLAIM', 'SUBLEDGER_ROLE']));
    expect(readBy((environment) => [environment['B'], environment['A']])).toEqual(['A', 'B']);
  });

  it('are all documented for the operator, and no others are', () => {
    expect(sorted(tabled(text('docs/operating.md')))).toEqual(known);
  });

  it('include every variable that the documentation mentions', () => {
    const pages = ['README.md', ...globSync('docs/**/*.md')];
    expect(unknown(pages.flatMap((page) => mentioned(text(page))))).toEqual([]);
  });

  it('are recognised in tables and in sentences', () => {
    expect(tabled('| Variable | Default |\n| --- | --- |\n| `PORT`, `HOST` | `X_Y` |\n| `A_…` | |\n')).toEqual([
      'PORT',
      'HOST',
    ]);
    expect(tabled('| Code |\n| --- |\n| `PORT` |\n')).toEqual([]);
    expect(unknown(mentioned('set EVENTSTORE_URI and SUBLEDGER_OIDC_…, not SUBLEDGER_TEST_PG_BIN'))).toEqual([
      'EVENTSTORE_URI',
    ]);
  });
});

describe('the documented alarms', () => {
  it('use only metrics that the program exports', () => {
    const measured = [...text('apps/ledger/src/metrics/metrics.ts').matchAll(/'(subledger_\w+)'/g)].map(
      ([, name]) => name!,
    );
    const watched = [...text('docs/deploying.md').matchAll(/subledger_\w+/g)].map(([name]) =>
      name.replace(/_count$/, ''),
    );
    expect(watched).not.toEqual([]);
    expect(watched.filter((name) => !measured.includes(name))).toEqual([]);
  });
});

describe('the image', () => {
  const instructions = instructionsOf(text('Dockerfile'));
  const all = (keyword: string) => instructions.filter((one) => one.keyword === keyword).map(({ rest }) => rest);
  const last = (keyword: string) => all(keyword).at(-1) ?? '';

  it('sets and reads only variables that the program knows', () => {
    const set = all('ENV').flatMap((rest) => [...rest.matchAll(/(\w+)=/g)].map(([, name]) => name!));
    const read = [...text('Dockerfile').matchAll(/process\.env\.(\w+)/g)].map(([, name]) => name!);
    expect(sorted(set)).toEqual(['HOST', 'SUBLEDGER_DATA']);
    expect(unknown([...set, ...read])).toEqual([]);
  });

  it('uses the version of Node that the project uses', () => {
    expect(/^NODE=node:(\d+)-/.exec(last('ARG'))?.[1]).toBe(text('.nvmrc').trim());
    expect(all('FROM').every((from) => from.startsWith('${NODE}'))).toBe(true);
  });

  it('runs the same command as npm start, without a shell in between', () => {
    const { scripts } = JSON.parse(text('package.json')) as { scripts: { start: string } };
    expect(`exec ${(JSON.parse(last('CMD')) as string[]).join(' ')}`).toBe(scripts.start);
    const check = last('HEALTHCHECK');
    expect(JSON.parse(check.slice(check.indexOf('CMD ') + 4))).toEqual(['node', '--eval', expect.any(String)]);
  });

  it('runs as a user other than root, given by number', () => {
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('contains no development packages', () => {
    const installs = all('RUN').filter((rest) => rest.includes('npm ci'));
    expect(installs).toHaveLength(2);
    expect(installs.filter((rest) => !rest.includes('--omit=dev'))).toEqual([]);
  });

  it('is built only from files that exist and that .dockerignore lets in', () => {
    const letIn = text('.dockerignore').split('\n');
    expect(letIn.find((line) => line !== '' && !line.startsWith('#'))).toBe('*');
    const taken = all('COPY')
      .filter((rest) => !rest.startsWith('--from') && rest !== '. .')
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    const compiled = ['apps', 'libs', 'projections', 'scripts/build.ts', '.swcrc'];
    const missing = [...taken, ...compiled].filter((name) => !existsSync(name) || !letIn.includes(`!${name}`));
    expect(missing).toEqual([]);
  });
});

describe('compose.yaml', () => {
  const yaml = text('compose.yaml');
  const compose = composeOf(yaml);

  it('has a service for each duty', () => {
    expect(sorted(ledgersIn(compose).map(({ environment }) => environment['SUBLEDGER_ROLE']!))).toEqual(DUTIES);
  });

  it('sets only variables that the program knows, to values that it accepts', () => {
    const ledgers = ledgersIn(compose).map(({ environment }) => environment);
    expect(unknown(ledgers.flatMap((variables) => Object.keys(variables)))).toEqual([]);
    const roles = ledgers.flatMap((variables) => [...readConfiguration(filledIn(variables)).roles]);
    expect(sorted(roles)).toEqual(DUTIES);
  });

  it('is rejected with a variable that the program does not read, or with a wrong value', () => {
    const services = (more: string) => `services:\n  a:\n    environment:\n      SUBLEDGER_ROLE: api\n${more}`;
    const [odd, wrong] = ['      EVENTSTORE: esdb://a\n', '      EVENTSTORE_URL: http://a\n']
      .map(services)
      .map((its) => ledgersIn(composeOf(its))[0]!.environment);
    expect(unknown(Object.keys(odd!))).toEqual(['EVENTSTORE']);
    expect(() => readConfiguration(filledIn(wrong!))).toThrow(ConfigurationError);
  });

  it('takes every password from outside, and does not start without one', () => {
    const taken = [...yaml.matchAll(/\$\{(\w+)(:\?)?/g)];
    expect(unknown(taken.map(([, name]) => name!))).toEqual(['POSTGRES_PASSWORD']);
    const optional = taken.filter(([, , required]) => required === undefined).map(([, name]) => name!);
    expect(sorted(optional)).toEqual(['PORT']);
    expect(yaml).not.toMatch(/\/\/\w+:[^$\s]\S*@/);
  });

  it('pins each image to a version', () => {
    const images = Object.values(compose.services).map(({ image }) => image);
    expect(images.filter((image) => image !== 'subledger' && !/:\d+(\.\d+)*(-\w+)?$/.test(image))).toEqual([]);
  });
});

const docker = run('docker', ['compose', 'version'])?.status === 0;

where(docker, 'docker compose')('docker compose', () => {
  // The file alone, without any local overrides.
  const as = ['compose', '--file', 'compose.yaml', '--env-file', '/dev/null'];
  const config = (env: Record<string, string>) => run('docker', [...as, 'config', '--format', 'json'], env)!;

  it('accepts compose.yaml, and reads it as these tests do', () => {
    const { status, stdout, stderr } = config({ POSTGRES_PASSWORD: 'secret', SUBLEDGER_API_KEY: 'secret' });
    expect([status, stderr]).toEqual([0, '']);
    const seen = (JSON.parse(stdout) as Compose).services;
    const { services } = composeOf(text('compose.yaml'));
    expect(sorted(Object.keys(seen))).toEqual(sorted(Object.keys(services)));
    for (const [name, { environment }] of Object.entries(services))
      expect(filledIn(seen[name]!.environment)).toEqual(filledIn(environment));
  });

  it.each([
    ['POSTGRES_PASSWORD', { SUBLEDGER_API_KEY: 'secret' }],
    ['SUBLEDGER_API_KEY', { POSTGRES_PASSWORD: 'secret' }],
  ])('refuses to start without %s', (name, env) => {
    const { status, stderr } = config(env);
    expect(status).not.toBe(0);
    expect(stderr).toContain(name);
  });
});

describe('the chart', () => {
  const schema = JSON.parse(text(`${CHART}/values.schema.json`)) as {
    properties: Record<string, object> & { settings: { properties: object } };
  };
  const settings = Object.keys(schema.properties.settings.properties);
  /** As far as it can be read without rendering the chart. */
  const own = globSync(`${CHART}/templates/*`).flatMap((file) =>
    [...text(file).matchAll(/- name: ([A-Z_]+)$|"([A-Z]+(?:_[A-Z]+)+)"/gm)].map(
      ([, named, listed]) => named ?? listed!,
    ),
  );

  it('can set every variable except the data folder, which no process of a cluster has, and no others', () => {
    expect(sorted([...settings, ...own])).toEqual(known.filter((name) => name !== 'SUBLEDGER_DATA'));
  });

  it('leaves every variable that it does not set itself to its user; a file is either inlined or named', () => {
    expect(sorted(settings.filter((name) => own.includes(name)))).toEqual(['SUBLEDGER_CATALOG', 'SUBLEDGER_POLICY']);
  });

  it('describes each of its values in its schema', () => {
    const values = Object.keys(parse(text(`${CHART}/values.yaml`)) as object);
    expect(sorted([...values, 'global'])).toEqual(sorted(Object.keys(schema.properties)));
  });

  it('checks liveness without the stores, and readiness with them', () => {
    const probes = text(`${CHART}/templates/deployment.yaml`).matchAll(/(\w+)Probe:\n\s+httpGet: \{ path: (\S+),/g);
    expect([...probes].map(([, what, path]) => [what, path])).toEqual([
      ['liveness', '/health/live'],
      ['readiness', '/health'],
    ]);
  });

  it('runs no container as root, and lets none write to the image', () => {
    const values = parse(text(`${CHART}/values.yaml`)) as Record<string, object>;
    expect(values['podSecurityContext']).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(values['securityContext']).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });

  it('has the version of the program', () => {
    const { appVersion } = parse(text(`${CHART}/Chart.yaml`)) as { appVersion: string };
    expect(appVersion).toBe((JSON.parse(text('package.json')) as { version: string }).version);
  });
});

type Probe = { readonly httpGet: { readonly path: string } };
type Container = {
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly securityContext: object;
};
type Manifest = {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: { readonly securityContext: object; readonly containers: readonly [Container] };
    };
  };
};

/** The variables of a container, including those from the Secret. */
const environmentOf = ({ env }: Container): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value }) => [name, value ?? outside[name as keyof typeof outside]]));

const helm = run('helm', ['version'])?.status === 0;

where(helm, 'helm')('helm', () => {
  const template = (...args: string[]) => run('helm', ['template', 'release', CHART, ...args])!;
  const rendered = (...args: string[]): Manifest[] => {
    const { status, stdout, stderr } = template(...args);
    expect([status, stderr]).toEqual([0, '']);
    return parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
  };
  const deployments = (...args: string[]) => rendered(...args).filter(({ kind }) => kind === 'Deployment');
  const containerOf = ({ spec }: Manifest): Container => spec.template.spec.containers[0];

  it('passes helm lint', () => {
    const { status, stdout } = run('helm', ['lint', '--strict', CHART])!;
    expect([status, stdout]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  it('renders a deployment for each duty, with settings that the program accepts', () => {
    const environments = deployments('--set', 'settings.LOG_LEVEL=info').map(containerOf).map(environmentOf);
    expect(unknown(environments.flatMap((environment) => Object.keys(environment)))).toEqual([]);
    const read = environments.map((environment) => readConfiguration(environment));
    expect(read.map(({ roles, logLevel, host }) => [...roles, logLevel, host])).toEqual(
      DUTIES.map((duty) => [duty, 'info', '0.0.0.0']),
    );
    expect(environments.filter((environment) => 'SUBLEDGER_API_KEY' in environment)).toHaveLength(1);
  });

  it('does not restart a pod whose stores are unavailable, and sends it no requests until they are back', () => {
    for (const container of deployments().map(containerOf)) {
      expect(container.livenessProbe.httpGet.path).toBe('/health/live');
      expect(container.readinessProbe.httpGet.path).toBe('/health');
    }
  });

  it('lets no pod run as root, or write outside its volumes', () => {
    for (const deployment of deployments()) {
      expect(deployment.spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
      expect(containerOf(deployment).securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
      });
    }
  });

  it('renders a disruption budget for each deployment, which matches its pods', () => {
    const manifests = rendered();
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget');
    const pods = (kind: string) =>
      manifests.filter((one) => one.kind === kind).map(({ metadata, spec }) => [metadata.name, spec.selector]);
    expect(budgets).toHaveLength(3);
    expect(pods('PodDisruptionBudget')).toEqual(pods('Deployment'));
    for (const { spec } of deployments())
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });

  it('renders no secret, whichever values are set', () => {
    const everything = ['--set', 'autoscaling.enabled=true', '--set-file', 'catalogue=catalog.sample.json'];
    const kinds = sorted(rendered(...everything).map(({ kind }) => kind));
    expect(kinds).toEqual([
      'ConfigMap',
      'Deployment',
      'HorizontalPodAutoscaler',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ]);
  });

  it.each([
    ['a variable that the program does not read', 'settings.SUBLEDGER_POLICIES=x', 'SUBLEDGER_POLICIES'],
    ['no secret', 'existingSecret=', 'existingSecret'],
    ['both a file and the name of one', 'policy=x,settings.SUBLEDGER_POLICY=y', 'only one of them'],
  ])('refuses %s', (_, set, because) => {
    const { status, stderr } = template('--set', set);
    expect(status).not.toBe(0);
    expect(stderr).toContain(because);
  });
});
