import { codec } from '../codec.ts';
import { NO_STREAM } from '../event-store.ts';
import { eventStoreContract } from '../event-store.contract.ts';
import { drafts, history, newStream, opened } from '../testing.ts';
import { openMemory } from './index.ts';

const open = () => openMemory({ codec: codec({}) });

eventStoreContract('memory', open);

describe('the store in memory', () => {
  it('reports another log when a position is past the end', () =>
    opened(open, async (longer) => {
      const { position } = await longer.append(newStream(), drafts(3), NO_STREAM);
      await opened(open, (shorter) => expect(history(shorter, position)).rejects.toThrow('the log ends before'));
    }));
});
