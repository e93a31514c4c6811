import { Logger, type LoggerService } from '@nestjs/common';
import { nestLogger } from './nest-logger.ts';

describe("Nest's logger", () => {
  const told: unknown[][] = [];
  const hear =
    (level: string) =>
    (...said: unknown[]): void => {
      told.push([level, ...said]);
    };
  const host: LoggerService = { log: hear('log'), warn: hear('warn'), error: hear('error') };

  beforeAll(() => {
    Logger.overrideLogger(host);
  });
  afterEach(() => told.splice(0));
  afterAll(() => {
    Logger.overrideLogger(false);
  });

  it('writes a sentence, followed by its facts', () => {
    const logger = nestLogger();
    logger.info({}, 'read models move again');
    logger.warn({ epoch: 3 }, 'leads no more');
    expect(told).toEqual([
      ['log', 'read models move again', 'Subledger'],
      ['warn', 'leads no more {"epoch":3}', 'Subledger'],
    ]);
  });

  it('writes the stack of an error among the facts', () => {
    const error = new Error('the disk is full');
    nestLogger().error({ projection: 'billing', err: error }, 'read models are stalled');
    expect(told).toEqual([
      ['error', 'read models are stalled {"projection":"billing","err":"the disk is full"}', error.stack, 'Subledger'],
    ]);
  });
});
