import type { Writable } from 'node:stream';

/** How many bytes may wait for a slow reader of the log lines. */
const MOST_WAITING = 1_048_576;

/** What pino writes its lines to. */
export type LogLines = { readonly write: (line: string) => void };

/**
 * Log lines on a stream that may fail or block: a full disk, a pipe that is not read or was closed. Such lines are
 * lost, counted, and reported with the next line that can be written; the process never waits for them. `stream` is that of
 * the process, which listens to its errors; files are written synchronously, pipes without waiting. Pino's own
 * destination would, when the process ends, retry endlessly to write the rest.
 */
export const logLines = (stream: Writable): LogLines => {
  let lost = 0;
  let reason = '';
  const isLost = (why: string) => {
    lost += 1;
    reason = why;
  };
  return {
    write: (line) => {
      if (stream.writableLength > MOST_WAITING) {
        isLost('they are not read');
        return;
      }
      const [before, report] = [lost, lost === 0 ? '' : reportOf(lost, reason)];
      lost = 0;
      stream.write(`${report}${line}`, (error) => {
        if (!error) return;
        lost += before;
        isLost(error.message);
      });
    },
  };
};

/** A line in pino's format, at the level of a warning. */
const reportOf = (lost: number, reason: string): string =>
  `${JSON.stringify({ level: 40, time: Date.now(), lost, msg: `log lines could not be written: ${reason}` })}\n`;
