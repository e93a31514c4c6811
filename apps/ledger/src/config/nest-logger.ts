import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from '#read-store';

/** Logs through the logger that the host gave to Nest. */
export const nestLogger = (nest = new NestLogger('Subledger')): Logger => ({
  info: (facts, sentence) => nest.log(told(facts, sentence)),
  warn: (facts, sentence) => nest.warn(told(facts, sentence)),
  error: (facts, sentence) => nest.error(told(facts, sentence), stackIn(facts)),
});

/** Nest's loggers take a text: facts follow the sentence. */
const told = (facts: object, sentence: string): string => {
  const shown = JSON.stringify(facts, (_, fact: unknown) => (fact instanceof Error ? fact.message : fact));
  return shown === '{}' ? sentence : `${sentence} ${shown}`;
};

const stackIn = (facts: object): string | undefined =>
  Object.values(facts).find((fact): fact is Error => fact instanceof Error)?.stack;
