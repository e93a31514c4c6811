import { NotFoundException, PayloadTooLargeException } from '@nestjs/common';
import { RevisionConflict, StoreUnavailable } from '#event-store';
import { refuse } from '#kernel';
import { MalformedCursor } from '#projections';
import { ReadModelNotBuilt, ReadStoreUnavailable } from '#read-store';
import { answerTo, InvalidRequest, ProblemError, RefusedError, statusOf } from '../http/problem.ts';
import { problemOf } from './problem.filter.ts';

const answered = (error: unknown) => {
  const { status, headers, body } = answerTo(problemOf(error));
  return { status, code: body['code'], retryAfter: headers['retry-after'] };
};

const fromFastify = (statusCode: number) => Object.assign(new Error('no'), { statusCode, code: 'FST_ERR' });

describe('a problem', () => {
  // http-api.md §6, copied manually; every other code is 409.
  const others: Readonly<Record<number, readonly string[]>> = {
    400: ['VALIDATION_FAILED'],
    401: ['UNAUTHENTICATED'],
    403: ['FORBIDDEN_ROLE'],
    404: [
      'ROUTE_NOT_FOUND',
      'SUBSCRIPTION_NOT_FOUND',
      'CUSTOMER_NOT_FOUND',
      'CART_NOT_FOUND',
      'ORDER_NOT_FOUND',
      'PARTNER_NOT_FOUND',
      'KEY_NOT_FOUND',
      'ADDON_NOT_FOUND',
    ],
    412: ['REVISION_MISMATCH'],
    413: ['BODY_TOO_LARGE'],
    414: ['URI_TOO_LONG'],
    415: ['UNSUPPORTED_MEDIA_TYPE'],
    422: ['IDEMPOTENCY_KEY_REUSED'],
    429: ['TOO_MANY_REQUESTS'],
    500: ['INTERNAL_ERROR'],
    503: ['PROCESS_PENDING', 'EVENT_STORE_UNAVAILABLE', 'READ_STORE_UNAVAILABLE', 'PROJECTION_BEHIND'],
  };

  it.each(Object.entries(statusOf))('%s has the status %d', (code, status) => {
    const expected = Object.entries(others).find(([, codes]) => codes.includes(code));
    expect(status).toBe(Number(expected?.[0] ?? 409));
  });

  it('has the form of RFC 9457, with the facts of a refusal', () => {
    const refusal = refuse('MUST_BE_SCHEDULED', 'fewer seats take effect at renewal', { allowedActions: ['pause'] });
    expect(answerTo(problemOf(new RefusedError(refusal)))).toEqual({
      status: 409,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
      body: {
        type: 'urn:subledger:problem:MUST_BE_SCHEDULED',
        title: 'Must be scheduled',
        status: 409,
        detail: 'fewer seats take effect at renewal',
        code: 'MUST_BE_SCHEDULED',
        allowedActions: ['pause'],
      },
    });
  });

  it('is not overridden by a fact of the same name', () => {
    const { body } = answerTo(new RefusedError(refuse('NOT_PAUSED', 'no', { status: 'active', code: 'x' })));
    expect([body['status'], body['code']]).toEqual([409, 'NOT_PAUSED']);
  });

  it('lists every error of a request', () => {
    const errors = [
      { path: 'quantity', message: 'must be a whole number' },
      { path: 'term', message: 'must be one of P1M' },
    ];
    const { body } = answerTo(new InvalidRequest(errors));
    expect([body['errors'], body['detail']]).toEqual([errors, 'quantity: must be a whole number (and 1 more)']);
  });

  it.each([
    [new StoreUnavailable('away'), 503, 'EVENT_STORE_UNAVAILABLE', '1'],
    [new RevisionConflict('subscription-1', 1, 2), 503, 'EVENT_STORE_UNAVAILABLE', '1'],
    [new ReadStoreUnavailable('away'), 503, 'READ_STORE_UNAVAILABLE', '1'],
    [new ReadModelNotBuilt('charges'), 503, 'PROJECTION_BEHIND', '1'],
    [new RefusedError(refuse('PROCESS_PENDING', 'wait')), 503, 'PROCESS_PENDING', '1'],
    [new ProblemError('TOO_MANY_REQUESTS', 'slower', { retryAfter: 7 }), 429, 'TOO_MANY_REQUESTS', '7'],
    [new MalformedCursor('none'), 400, 'VALIDATION_FAILED', undefined],
    [new NotFoundException(), 404, 'ROUTE_NOT_FOUND', undefined],
    [new PayloadTooLargeException(), 413, 'BODY_TOO_LARGE', undefined],
    [fromFastify(400), 400, 'VALIDATION_FAILED', undefined],
    [fromFastify(405), 404, 'ROUTE_NOT_FOUND', undefined],
    [fromFastify(414), 414, 'URI_TOO_LONG', undefined],
    [fromFastify(415), 415, 'UNSUPPORTED_MEDIA_TYPE', undefined],
    [fromFastify(418), 400, 'VALIDATION_FAILED', undefined],
    [fromFastify(500), 500, 'INTERNAL_ERROR', undefined],
    [new TypeError('x is not a function'), 500, 'INTERNAL_ERROR', undefined],
    ['thrown', 500, 'INTERNAL_ERROR', undefined],
  ])('%s is answered as %d %s', (error, status, code, retryAfter) => {
    expect(answered(error)).toEqual({ status, code, retryAfter });
  });

  it('reveals nothing about an unexpected error', () => {
    expect(JSON.stringify(answerTo(problemOf(new Error('the password is hunter2'))))).not.toContain('hunter2');
  });
});
