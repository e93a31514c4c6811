import type { Meta } from '#kernel';
import { givenFor } from '#kernel/testing';
import { MoveClock, simulatedClock, type ClockMoved } from './ledger-clock.ts';

const given = givenFor(simulatedClock);
const nine = '2021-06-18T09:00:00.000Z';
const ten = '2021-06-18T10:00:00.000Z';

const shows = (at: string): Meta => ({
  commandId: 'a-command',
  at,
  actor: { id: 'a-user', role: 'global-admin', partnerId: 'p1' },
  correlationId: 'a-command',
  causationId: 'a-command',
});

const moved = (now: string): ClockMoved => ({ type: 'ClockMoved', data: { now, effectiveAt: now } });

describe('a simulated clock', () => {
  it('moves forward', () =>
    given()
      .when(new MoveClock({ now: ten }, shows(nine)))
      .then(moved(ten)));

  it('stays unchanged when it is moved to its current instant', () =>
    given(moved(ten))
      .when(new MoveClock({ now: ten }, shows(ten)))
      .thenNothing());

  it('cannot be moved back, not even by a millisecond', () =>
    given(moved(ten))
      .when(new MoveClock({ now: '2021-06-18T09:59:59.999Z' }, shows(ten)))
      .thenRefused('CLOCK_BACKWARDS'));

  it('cannot be moved back behind the instant to which another process has moved it', () =>
    given(moved(ten))
      .when(new MoveClock({ now: '2021-06-18T09:30:00.000Z' }, shows(nine)))
      .thenRefused('CLOCK_BACKWARDS'));

  it('keeps the instant that it last showed', () => {
    expect(simulatedClock.initial).toBe('');
    expect([moved(nine), moved(ten)].reduce(simulatedClock.evolve, simulatedClock.initial)).toBe(ten);
  });

  it.each([
    ['a hundred years', nine, '2121-06-18T09:00:00.000Z', '2121-06-18T09:00:00.001Z'],
    [
      'a hundred years from a leap day',
      '2000-02-29T09:00:00.000Z',
      '2100-02-28T09:00:00.000Z',
      '2100-02-28T09:00:00.001Z',
    ],
    [
      'where no term can leave the calendar',
      '9850-01-01T00:00:00.000Z',
      '9900-01-01T00:00:00.000Z',
      '9900-01-01T00:00:00.001Z',
    ],
  ])('is moved by at most %s at a time', (_, from, most, tooMuch) => {
    given()
      .when(new MoveClock({ now: most }, shows(from)))
      .then(moved(most));
    given()
      .when(new MoveClock({ now: tooMuch }, shows(from)))
      .thenRefused('VALIDATION_FAILED');
  });
});
