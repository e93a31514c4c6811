import { status, type sendUnaryData, type ServerDuplexStream, type ServerReadableStream } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import codes from '@eventstore/db-client/generated/code_pb.js';
import type { Code } from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, Proposed, Written } from './log.ts';
import type { Surroundings } from './surroundings.ts';
import { expectedIn, failure, identifierOf, nameIn, proposedIn, streamDeleted, uuidIn } from './wire.ts';

/** How long the server gives an append at most, in milliseconds. */
const WRITE_TIMEOUT = 2_000;
/** Codes of google.rpc.Status. */
const { ALREADY_EXISTS, FAILED_PRECONDITION, DEADLINE_EXCEEDED, INVALID_ARGUMENT } = codes.Code;

type Details = { serializeBinary(): Uint8Array };
type Answer = Pick<Written & { outcome: 'written' }, 'revision' | 'at'>;

const problem = (code: Code, message: string, details: Details) => {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${message}`);
  return new statuses.Status().setCode(code).setMessage(message).setDetails(packed);
};

const wrongVersion = (expected: Expected, current: number) => {
  const details = new shared.WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(new empty.Empty());
  else details.setCurrentStreamRevision(String(current));
  if (typeof expected === 'bigint') details.setExpectedStreamPosition(String(expected));
  else if (expected === 'any') details.setExpectedAny(new empty.Empty());
  else if (expected === 'noStream') details.setExpectedNoStream(new empty.Empty());
  else details.setExpectedStreamExists(new empty.Empty());
  return problem(ALREADY_EXISTS, 'WrongExpectedVersion', details);
};

const success = ({ revision, at }: Answer) => {
  const answer = new streams.BatchAppendResp.Success().setCurrentRevision(String(Math.max(0, revision)));
  if (at === undefined) return answer.setNoPosition(new empty.Empty());
  return answer.setPosition(
    new shared.AllStreamPosition().setCommitPosition(String(at)).setPreparePosition(String(at)),
  );
};

const answerTo = (stream: string, expected: Expected, written: Written): BatchAppendResp => {
  const answer = new streams.BatchAppendResp().setStreamIdentifier(identifierOf(stream));
  switch (written.outcome) {
    case 'written':
      return answer.setSuccess(success(written));
    case 'wrongExpectedVersion':
      return answer.setError(wrongVersion(expected, written.current));
    case 'streamDeleted': {
      const details = new shared.StreamDeleted().setStreamIdentifier(identifierOf(stream));
      return answer.setError(problem(FAILED_PRECONDITION, 'StreamDeleted', details));
    }
    case 'tooLarge': {
      const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(written.maximum);
      return answer.setError(problem(INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details));
    }
  }
};

/** Whether a fault swallows an append, before or after it was taken in. */
const isLost = ({ faults, breakAll }: Surroundings, when: 'before' | 'after'): boolean => {
  if (when === 'before' && faults.value('silence') > 0) return true;
  if (faults.take(when === 'before' ? 'loseRequest' : 'loseAnswer')) return true;
  if (!faults.take(when === 'before' ? 'breakBefore' : 'breakAfter')) return false;
  breakAll();
  return true;
};

/** An append of which not all frames have come. */
type Pending = {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: Proposed[];
  readonly timer: NodeJS.Timeout;
  bad: boolean;
};

const begun = (options: BatchAppendReq.Options, timer: NodeJS.Timeout): Pending => ({
  stream: nameIn(options.getStreamIdentifier()),
  expected: expectedIn(options, options.hasStreamPosition() ? options.getStreamPosition() : undefined),
  events: [],
  timer,
  bad: false,
});

const timeLeft = (options: BatchAppendReq.Options): number => {
  const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
  return Math.min(WRITE_TIMEOUT, deadline - Date.now());
};

/** Takes the frames of many appends from one call, and answers each append once, in the order in which they are complete. */
export const batchAppend =
  (around: Surroundings) =>
  (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void => {
    const { log, faults, address } = around;
    const pending = new Map<string, Pending>();

    const answer = (frame: BatchAppendReq, response: BatchAppendResp) => {
      response.setCorrelationId(frame.getCorrelationId());
      const send = () => call.cancelled || call.write(response);
      const wait = faults.value('slow');
      if (wait > 0) setTimeout(send, wait);
      else send();
    };

    const timedOut = (frame: BatchAppendReq, stream: string) => {
      pending.delete(uuidIn(frame.getCorrelationId()));
      const error = problem(DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout());
      answer(frame, new streams.BatchAppendResp().setStreamIdentifier(identifierOf(stream)).setError(error));
    };

    const complete = (frame: BatchAppendReq, { stream, expected, events, bad }: Pending) => {
      if (isLost(around, 'before')) return;
      if (faults.take('notLeader')) {
        call.emit('error', notLeader(address()));
        return;
      }
      if (bad) {
        const error = problem(
          INVALID_ARGUMENT,
          'BadRequest',
          new shared.BadRequest().setMessage('no id, type or content-type'),
        );
        answer(frame, new streams.BatchAppendResp().setStreamIdentifier(identifierOf(stream)).setError(error));
        return;
      }
      const written = log.append(stream, events, expected);
      if (isLost(around, 'after')) return;
      answer(frame, answerTo(stream, expected, written));
    };

    call.on('data', (frame: BatchAppendReq) => {
      const id = uuidIn(frame.getCorrelationId());
      const options = frame.getOptions();
      if (options !== undefined) {
        const left = timeLeft(options);
        const stream = nameIn(options.getStreamIdentifier());
        if (left <= 0) {
          timedOut(frame, stream);
          return;
        }
        pending.set(
          id,
          begun(
            options,
            setTimeout(() => timedOut(frame, stream), left),
          ),
        );
      }
      const append = pending.get(id);
      // The rest of an append that has failed already.
      if (append === undefined) return;
      for (const message of frame.getProposedMessagesList()) {
        const event = proposedIn(message);
        if (event === undefined || event.id === '' || event.type === '') append.bad = true;
        else append.events.push(event);
      }
      if (!frame.getIsFinal()) return;
      clearTimeout(append.timer);
      pending.delete(id);
      complete(frame, append);
    });
    call.on('cancelled', () => {
      for (const { timer } of pending.values()) clearTimeout(timer);
    });
    call.on('error', () => undefined);
    call.on('end', () => call.end());
  };

/** What a node says that does not lead. */
const notLeader = ({ host, port }: { readonly host: string; readonly port: number }) =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });

const classicAnswer = (expected: Expected, written: Written): AppendResp => {
  const answer = new streams.AppendResp();
  if (written.outcome === 'written') {
    const answered = new streams.AppendResp.Success().setCurrentRevision(String(Math.max(0, written.revision)));
    if (written.at === undefined) answered.setNoPosition(new shared.Empty());
    else {
      const at = String(written.at);
      answered.setPosition(new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at));
    }
    return answer.setSuccess(answered);
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  const current = written.outcome === 'wrongExpectedVersion' ? written.current : -1;
  if (current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(current));
  if (typeof expected === 'bigint') wrong.setExpectedRevision(String(expected));
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'noStream') wrong.setExpectedNoStream(new shared.Empty());
  else wrong.setExpectedStreamExists(new shared.Empty());
  return answer.setWrongExpectedVersion(wrong);
};

const incomplete = failure(status.INVALID_ARGUMENT, 'Required Metadata Property is missing', {
  exception: 'missing-required-metadata-property',
  'required-metadata-properties': 'type,content-type',
});

const tooLarge = (maximum: number) =>
  failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${maximum} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(maximum),
  });

/** One append in a call of its own: a header, then event by event. */
export const append =
  (around: Surroundings) =>
  (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void => {
    const { log, faults, address } = around;
    let stream = '';
    let expected: Expected = 'any';
    const events: Proposed[] = [];
    let complete = true;
    call.on('data', (frame: AppendReq) => {
      const options = frame.getOptions();
      if (options !== undefined) {
        stream = nameIn(options.getStreamIdentifier());
        expected = expectedIn(options, options.hasRevision() ? options.getRevision() : undefined);
      }
      const message = frame.getProposedMessage();
      const event = message === undefined ? undefined : proposedIn(message);
      if (event !== undefined) events.push(event);
      else if (message !== undefined) complete = false;
    });
    call.on('end', () => {
      if (isLost(around, 'before')) return;
      if (faults.take('notLeader')) {
        answer(notLeader(address()));
        return;
      }
      if (!complete) {
        answer(incomplete);
        return;
      }
      const written = log.append(stream, events, expected);
      if (isLost(around, 'after')) return;
      if (written.outcome === 'streamDeleted') answer(streamDeleted(stream));
      else if (written.outcome === 'tooLarge') answer(tooLarge(written.maximum));
      else setTimeout(() => answer(null, classicAnswer(expected, written)), faults.value('slow'));
    });
  };
