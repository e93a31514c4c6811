import { randomUUID } from 'node:crypto';
import { Body, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { LATEST_INSTANT } from '#calendar';
import { LedgerController } from '../routing/ledger-controller.ts';
import { ProblemError, RefusedError } from '../http/problem.ts';
import { From } from '../routing/command-context.ts';
import { type Caller, Ledger, type TimeMachine } from '#ledger';
import { ClockReading, MoveClockBody } from './clock.schemas.ts';

/** The simulated clock (http-api.md §4.8); with the system clock, this resource does not exist. */
@LedgerController('v1/clock', 'clock')
export class ClockController {
  constructor(private readonly ledger: Ledger) {}

  @Get()
  @ApiOperation({ operationId: 'readClock', summary: 'The time of the simulated clock' })
  @ApiOkResponse({ type: ClockReading })
  read(): ClockReading {
    this.#timeMachine();
    return { now: this.ledger.clock.now() };
  }

  @Put()
  @ApiOperation({
    operationId: 'moveClock',
    summary: 'Move the simulated clock forward, through everything that falls due',
    description: `At most a hundred years at a time, and not past ${LATEST_INSTANT}: VALIDATION_FAILED names the limit.`,
  })
  @ApiOkResponse({ type: ClockReading })
  async move(@Body() { now }: MoveClockBody, @From() { actor, partner }: Caller): Promise<ClockReading> {
    const timeMachine = this.#timeMachine();
    if (actor.role !== 'global-admin')
      throw new ProblemError('FORBIDDEN_ROLE', 'only a global admin may move the clock');
    const commandId = randomUUID();
    const at = this.ledger.clock.now();
    const refusal = await timeMachine.moveTo(now, {
      commandId,
      at,
      actor,
      partner,
      correlationId: commandId,
      causationId: commandId,
    });
    if (refusal !== undefined) throw new RefusedError(refusal);
    return { now: this.ledger.clock.now() };
  }

  #timeMachine(): TimeMachine {
    const { timeMachine } = this.ledger;
    if (timeMachine === undefined)
      throw new ProblemError('ROUTE_NOT_FOUND', 'the ledger runs on the system clock, which cannot be moved');
    return timeMachine;
  }
}
