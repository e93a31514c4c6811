import fc from 'fast-check';
import { v5 } from 'uuid';
import { eventId, fingerprintOf, idsWithin } from './identity.ts';

const at = '2021-06-18T09:00:00.000Z';

describe('the id of an event', () => {
  it('never changes', () => {
    expect(eventId({ commandId: '00000000-0000-4000-8000-000000000001', at }, 'f1', 0)).toBe(
      'd84ddb26-cb19-5ab7-a070-8a3756d0e8ee',
    );
  });

  it('differs by index, by attempt and by command', () => {
    const command = { commandId: '00000000-0000-4000-8000-000000000001', at };
    const later = { ...command, at: '2021-06-18T09:00:00.001Z' };
    const ids = [
      eventId(command, 'f1', 0),
      eventId(command, 'f1', 1),
      eventId(later, 'f1', 0),
      eventId(command, 'f2', 0),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});

describe('an id within a namespace', () => {
  it('is an ordinary UUIDv5', () =>
    fc.assert(
      fc.property(fc.uuid(), fc.string({ unit: 'grapheme' }), (namespace, name) => {
        expect(idsWithin(namespace)(name)).toBe(v5(name, namespace));
      }),
    ));
});

describe('the fingerprint of a command', () => {
  const of = (data: object, type = 'Add') => fingerprintOf({ type, data });

  it('never changes', () => {
    // printf '{"data":{"amount":1,"note":"é"},"type":"Add"}' | sha256sum
    expect(of({ note: 'é', amount: 1 })).toBe('346021d45c7932b6e27c06bc7372fd0979328eb9377135253f7c7f301d9b9336');
  });

  it('does not depend on the order of members', () => {
    expect(of({ a: 1, b: { c: [{ d: 1, e: 2 }], f: null } })).toBe(of({ b: { f: null, c: [{ e: 2, d: 1 }] }, a: 1 }));
    expect(of({ a: 1, b: undefined })).toBe(of({ a: 1 }));
  });

  it('distinguishes types, values, lists and missing members', () => {
    const all = [of({}), of({}, 'Sub'), of({ a: 1 }), of({ a: '1' }), of({ a: null }), of({ a: [] }), of({ a: [1, 2] }), of({ a: [2, 1] }), of({ a: {} }), of(JSON.parse('{"__proto__":1}'))]; // prettier-ignore
    expect(new Set(all).size).toBe(all.length);
  });
});
