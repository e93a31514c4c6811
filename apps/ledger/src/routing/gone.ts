import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Reads what `Gone` hands over. */
export const goneSignal = (_: undefined, context: ExecutionContext): AbortSignal => {
  const { raw } = context.switchToHttp().getResponse<FastifyReply>();
  const gone = new AbortController();
  raw.once('close', () => {
    gone.abort();
  });
  return gone.signal;
};

/** Aborts when the connection closes, so that work for a caller who has gone ends: `@Gone() gone: AbortSignal`. */
export const Gone = createParamDecorator(goneSignal);
