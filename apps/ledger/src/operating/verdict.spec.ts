import { verdict } from './verdict.ts';

const up = { status: 'up' };
const model = { name: 'billing', version: 1, position: '1', state: 'live', quarantined: [] };
const parts = {
  duties: [],
  eventStore: up,
  readStore: up,
  projections: [model],
  processes: [],
  scheduler: { running: true },
  leaderships: [],
};
const fine = { isStarted: true, hasBegun: true, isBlind: false };

it('the verdict is ok when everything runs', () => {
  expect(verdict(parts, fine)).toEqual({ status: 'ok' });
});

it('the verdict is building until each read model has reached the end of the log', () => {
  const building = { ...model, state: 'building' };
  expect(verdict({ ...parts, projections: [model, building] }, { ...fine, isStarted: false })).toEqual({
    status: 'building',
    reason: 'read models are built from the log: billing',
  });
});

it('the verdict is starting while no projector has begun, and says so', () => {
  expect(verdict(parts, { ...fine, hasBegun: false })).toEqual({
    status: 'starting',
    reason: 'waits for a projector to build the read models',
  });
});

it('the verdict is unavailable while a store is unreachable, whatever else holds, and while a lag persists', () => {
  expect(verdict({ ...parts, readStore: { status: 'down', error: 'away' } }, { ...fine, hasBegun: false })).toEqual({
    status: 'unavailable',
    reason: 'away',
  });
  expect(verdict({ ...parts, projections: [{ ...model, behindSeconds: 9 }] }, fine)).toEqual({ status: 'ok' });
  expect(verdict({ ...parts, projections: [{ ...model, behindSeconds: 10 }] }, fine)).toEqual({
    status: 'unavailable',
    reason: 'read models have been behind the log for more than 10 s: billing',
  });
});

it('is unavailable while a process cannot get past an event', () => {
  const retrying = { name: 'orders', position: '1', state: 'retrying', error: 'there is no partner p3' };
  expect(verdict({ ...parts, processes: [{ ...retrying, attempts: 4 }] }, fine)).toEqual({ status: 'ok' });
  expect(verdict({ ...parts, processes: [{ ...retrying, attempts: 5 }] }, fine)).toEqual({
    status: 'unavailable',
    reason: 'orders: there is no partner p3',
  });
});
