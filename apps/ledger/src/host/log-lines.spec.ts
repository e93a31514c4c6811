import { Writable } from 'node:stream';
import { logLines } from './log-lines.ts';

type Done = (error?: Error) => void;

/** A stream that accepts lines as `take` decides, and keeps them. */
const streamOf = (take: (done: Done) => void) => {
  const taken: string[] = [];
  const stream = new Writable({
    // It continues after an error, as standard error does.
    autoDestroy: false,
    write: (chunk: Buffer, _, done) => {
      taken.push(chunk.toString());
      take(done);
    },
  });
  return { stream, taken };
};

it('passes lines on', () => {
  const { stream, taken } = streamOf((done) => {
    done();
  });
  const lines = logLines(stream);
  lines.write('one\n');
  lines.write('two\n');
  expect(taken).toEqual(['one\n', 'two\n']);
});

it('drops lines beyond an unread mebibyte, and reports how many', () => {
  const waiting: Done[] = [];
  const { stream, taken } = streamOf((done) => waiting.push(done));
  const lines = logLines(stream);
  for (let i = 0; i < 20; i += 1) lines.write(`${'x'.repeat(99_999)}\n`);
  expect(stream.writableLength).toBe(1_100_000);
  while (waiting.length > 0) waiting.shift()?.();
  expect(taken).toHaveLength(11);
  lines.write('read again\n');
  expect(taken.at(-1)).toMatch(/"lost":9,"msg":"log lines could not be written: they are not read"}\nread again\n$/);
});
