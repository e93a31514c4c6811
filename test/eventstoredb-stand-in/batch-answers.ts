import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import codes from '@eventstore/db-client/generated/code_pb.js';
import type { Code } from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, Written } from './rules.ts';
import { identifierOf } from './wire.ts';

/** Codes of google.rpc.Status. */
const { ALREADY_EXISTS, NOT_FOUND, PERMISSION_DENIED, DEADLINE_EXCEEDED, INVALID_ARGUMENT } = codes.Code;

type Details = { serializeBinary(): Uint8Array };

const answer = (stream: string): BatchAppendResp =>
  new streams.BatchAppendResp().setStreamIdentifier(identifierOf(stream));

const problem = (stream: string, code: Code, message: string, details: Details): BatchAppendResp => {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${message}`);
  return answer(stream).setError(new statuses.Status().setCode(code).setMessage(message).setDetails(packed));
};

const wrongVersion = (expected: Expected, current: number): Details => {
  const details = new shared.WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(new empty.Empty());
  else details.setCurrentStreamRevision(String(current));
  if (typeof expected === 'bigint') details.setExpectedStreamPosition(String(expected));
  else if (expected === 'any') details.setExpectedAny(new empty.Empty());
  else if (expected === 'noStream') details.setExpectedNoStream(new empty.Empty());
  else details.setExpectedStreamExists(new empty.Empty());
  return details;
};

const success = ({ revision, at }: Written & { outcome: 'written' }) => {
  const success = new streams.BatchAppendResp.Success().setCurrentRevision(String(Math.max(0, revision)));
  if (at === undefined) return success.setNoPosition(new empty.Empty());
  return success.setPosition(
    new shared.AllStreamPosition().setCommitPosition(String(at)).setPreparePosition(String(at)),
  );
};

type Answered = Exclude<Written, { readonly outcome: 'unanswered' }>;

export const answerTo = (stream: string, expected: Expected, written: Answered): BatchAppendResp => {
  switch (written.outcome) {
    case 'written':
      return answer(stream).setSuccess(success(written));
    case 'wrongExpectedVersion':
      return problem(stream, ALREADY_EXISTS, 'WrongExpectedVersion', wrongVersion(expected, written.current));
    case 'streamDeleted': {
      const details = new shared.StreamDeleted().setStreamIdentifier(identifierOf(stream));
      return problem(stream, NOT_FOUND, 'StreamDeleted', details);
    }
    case 'tooLarge': {
      const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(written.maximum);
      return problem(stream, INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details);
    }
  }
};

export const timedOut = (stream: string): BatchAppendResp =>
  problem(stream, DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout());

export const denied = (stream: string): BatchAppendResp =>
  problem(stream, PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied());

export const badRequest = (stream: string): BatchAppendResp =>
  problem(stream, INVALID_ARGUMENT, 'BadRequest', new shared.BadRequest().setMessage('no id, type or content-type'));
