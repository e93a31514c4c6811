import type { ServerDuplexStream } from '@grpc/grpc-js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import codes from '@eventstore/db-client/generated/code_pb.js';
import type { Code } from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, Proposed, Written } from './log.ts';
import { isLost, notLeader } from './mishaps.ts';
import type { Surroundings } from './surroundings.ts';
import { expectedIn, identifierOf, nameIn, proposedIn, uuidIn } from './wire.ts';

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
