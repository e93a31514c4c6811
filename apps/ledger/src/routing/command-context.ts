import { randomUUID } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, CommandRequest } from '#ledger';
import { InvalidRequest, ProblemError, type InvalidField } from '../http/problem.ts';
import { correlationId } from '../host/server.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access guard. */
    caller?: Caller;
  }
}

/** A command's request, and the reply to it. */
export type Sent = { readonly request: CommandRequest; readonly reply: FastifyReply };

/** The sender of a request that has passed the access guard. */
const callerOf = ({ caller }: FastifyRequest): Caller => {
  if (caller === undefined) throw new ProblemError('UNAUTHENTICATED', 'send Authorization: Bearer <key>');
  return caller;
};

/** Reads and checks the headers and the query of a command (http-api.md §2). Throws an `InvalidRequest`. */
const commandRequestOf = (request: FastifyRequest, reply: FastifyReply): CommandRequest => {
  const errors: InvalidField[] = [];
  const read = (name: string, form: RegExp, expected: string): string | undefined => {
    const value = request.headers[name.toLowerCase()];
    if (value === undefined) return undefined;
    if (typeof value === 'string' && form.test(value)) return value;
    errors.push({ path: name, message: `the header must be ${expected}` });
    return undefined;
  };
  const idempotencyKey = read('Idempotency-Key', /^[\x20-\x7e]{1,255}$/, '1 to 255 printable characters');
  const match = read('If-Match', /^"\d{1,15}"$/, 'a revision in quotes, such as "3"');
  const quote = read('Quote-Token', /^[\x21-\x7e]{1,512}$/, 'the quoteToken of a dry run');
  const dryRun = dryRunOf(request.query as Readonly<Record<string, unknown>>, errors);
  if (errors.length > 0) throw new InvalidRequest(errors);
  return {
    caller: callerOf(request),
    idempotencyKey: idempotencyKey ?? randomUUID(),
    correlationId: correlationOf(request, reply),
    options: {
      dryRun,
      ...(match !== undefined && { expectedRevision: Number(match.slice(1, -1)) }),
      ...(quote !== undefined && { quoteToken: quote }),
    },
  };
};

/** Our own server has set it on the reply. A host's server has not, and its request ids may not be unique over time. */
const correlationOf = ({ headers }: FastifyRequest, reply: FastifyReply): string => {
  const known = reply.getHeader('correlation-id');
  if (typeof known === 'string') return known;
  const id = correlationId(headers['correlation-id']);
  void reply.header('correlation-id', id);
  return id;
};

const dryRunOf = (query: Readonly<Record<string, unknown>>, errors: InvalidField[]): boolean => {
  for (const name of Object.keys(query)) if (name !== 'dryRun') errors.push({ path: name, message: 'is not known' });
  const { dryRun } = query;
  if (dryRun !== undefined && dryRun !== 'true' && dryRun !== 'false')
    errors.push({ path: 'dryRun', message: 'must be true or false' });
  return dryRun === 'true';
};

/** The implementation of `SentCommand`. */
export const commandSent = (_: undefined, context: ExecutionContext): Sent => {
  const http = context.switchToHttp();
  const reply = http.getResponse<FastifyReply>();
  return { request: commandRequestOf(http.getRequest(), reply), reply };
};

/** The command's headers and query, and the reply: `@SentCommand() sent: Sent`. */
export const SentCommand = createParamDecorator(commandSent);

/** The sender of the request: `@From() caller: Caller`. */
export const From = createParamDecorator((_: undefined, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest()),
);
