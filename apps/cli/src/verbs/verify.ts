import type { Command } from 'commander';
import type { Verification } from '#event-store/sqlite';
import { fail } from '../failure.ts';
import { verb, type Json } from '../options.ts';
import { print, printJson, table } from '../output.ts';
import { withStores } from '../stores.ts';

/** `verify`: reads every event, and names what is damaged or missing. Exit status 1 where something is. */
export const verify = (program: Command): void => {
  verb(program, 'verify', 'reads every event of the log and checks it; what is damaged or missing is named').action(
    async ({ json }: Json) => {
      const verification = await withStores((stores) => stores.verify());
      if (json) printJson(inJson(verification));
      else print(shown(verification));
      const { length } = verification.damages;
      if (length > 0) fail(`${length === 1 ? 'an event is' : 'events are'} damaged or missing: restore a backup`);
    },
  );
};

const damageOf = ({ position, stream, revision, reason }: Verification['damages'][number]) => ({
  position,
  stream,
  revision: revision ?? null,
  reason,
});

const inJson = ({ events, unchecked, damages }: Verification) => ({
  events,
  unchecked,
  damages: damages.map(damageOf),
});

const shown = ({ events, unchecked, damages }: Verification): string => {
  const summary = `${events} events can be read${unchecked === 0 ? '' : `, ${unchecked} of them without a checksum`}`;
  if (damages.length === 0) return summary;
  const rows = damages.map(damageOf).map((one) => [one.position, one.stream, String(one.revision ?? '-'), one.reason]);
  return `${summary}\n${table(['position', 'stream', 'revision>', 'what is wrong'], rows)}`;
};
