import type { Meta } from '#kernel';
import { givenFor } from '#kernel/testing';
import { MoveClock, simulatedClock, type ClockMoved } from './ledger-clock.ts';

const given = givenFor(simulatedClock);
const nine = '2021-06-18T09:00:00.000Z';
const ten = '2021-06-18T10:00:00.000Z';

const shows = (at: string): Meta => ({
  commandId: 'a-command',
  at,
  actor: { id: 'somebody', role: 'global-admin', partnerId: 'p1' },
  partner: { model: 'directBill', cloud: 'global', newCommercePreview: true },
  correlationId: 'a-command',
  causationId: 'a-command',
});

const moved = (now: string): ClockMoved => ({ type: 'ClockMoved', data: { now, effectiveAt: now } });

describe('a simulated clock', () => {
  it('moves on', () =>
    given()
      .when(new MoveClock({ now: ten }, shows(nine)))
      .then(moved(ten)));

  it('stands still when it is moved to where it stands', () =>
    given(moved(ten))
      .when(new MoveClock({ now: ten }, shows(ten)))
      .thenNothing());

  it('is not set back, not by a millisecond', () =>
    given(moved(ten))
      .when(new MoveClock({ now: '2021-06-18T09:59:59.999Z' }, shows(ten)))
      .thenRefused('CLOCK_BACKWARDS'));

  it('is not set back behind where another process has moved it', () =>
    given(moved(ten))
      .when(new MoveClock({ now: '2021-06-18T09:30:00.000Z' }, shows(nine)))
      .thenRefused('CLOCK_BACKWARDS'));

  it('remembers what it last showed', () => {
    expect(simulatedClock.initial).toBe('');
    expect([moved(nine), moved(ten)].reduce(simulatedClock.evolve, simulatedClock.initial)).toBe(ten);
  });
});
