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

  it('gets a sentence, with the facts behind it', () => {
    const logger = nestLogger();
    logger.info({}, 'read models move again');
    logger.warn({ epoch: 3 }, 'leads no more');
    expect(told).toEqual([
      ['log', 'read models move again', 'Subledger'],
      ['warn', 'leads no more {"epoch":3}', 'Subledger'],
    ]);
  });

  it('gets the stack of an error that is among the facts', () => {
    const error = new Error('the disk is full');
    nestLogger().error({ projection: 'billing', err: error }, 'read models stand still');
    expect(told).toEqual([
      ['error', 'read models stand still {"projection":"billing","err":"the disk is full"}', error.stack, 'Subledger'],
    ]);
  });
});
