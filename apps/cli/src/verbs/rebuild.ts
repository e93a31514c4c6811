import { MultiBar, Presets } from 'cli-progress';
import { Argument, type Command } from 'commander';
import { withExclusiveStores } from '../stores.ts';
import { verb, type Json } from '../options.ts';
import { note, print, printJson, table } from '../output.ts';
import { keepingReadModels, projectionNames } from '../read-models.ts';

const INSTEAD =
  'stop it first. Mostly it need not be: read models that a new version changed are rebuilt at its start, while the old ones answer';

const FORMAT = '{name} [{bar}] {percentage}% {value}/{total} events';

type Rebuilt = {
  readonly name: string;
  readonly version: number;
  readonly events: number;
  readonly quarantined: number;
};

/** `rebuild <projection>|--all`: builds read models anew from the log, and activates them when they have caught up. */
export const rebuild = (program: Command): void => {
  verb(program, 'rebuild', 'build read models anew from the log')
    .addArgument(new Argument('[projection]', 'which one').choices(projectionNames))
    .option('--all', 'all of them')
    .action(async (name: string | undefined, { all, json }: Json & { readonly all?: true }, command: Command) => {
      if ((name === undefined) === (all === undefined)) command.error('error: name a projection, or say --all');
      const rebuilt = await rebuildAll(name === undefined ? projectionNames : [name]);
      for (const { name, quarantined } of rebuilt)
        if (quarantined > 0)
          note(`${name} has ${String(quarantined)} streams in quarantine: see subledger projections`);
      if (json) printJson({ rebuilt });
      else
        print(
          table(
            ['rebuilt', 'version>', 'events read>', 'quarantined>'],
            rebuilt.map((one) => [one.name, String(one.version), String(one.events), String(one.quarantined)]),
          ),
        );
    });
};

const rebuildAll = (names: readonly string[]): Promise<readonly Rebuilt[]> =>
  withExclusiveStores(INSTEAD, async (stores) => {
    const bars = process.stderr.isTTY ? new MultiBar({ format: FORMAT }, Presets.shades_classic) : undefined;
    const longest = Math.max(...names.map(({ length }) => length));
    try {
      await keepingReadModels(
        stores,
        (runner) =>
          Promise.all(
            names.map(async (name) => {
              const bar = bars?.create(0, 0, { name: name.padEnd(longest) });
              await runner.rebuild(name, ({ events, total }) => {
                bar?.setTotal(total);
                bar?.update(events);
              });
            }),
          ),
        names,
      );
    } finally {
      bars?.stop();
    }
    const served = (await stores.reads.builds()).filter((build) => build.served && names.includes(build.projection));
    return served
      .map(({ projection, version, checkpoint, quarantined }) => {
        return { name: projection, version, events: checkpoint.events, quarantined: quarantined.length };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  });
