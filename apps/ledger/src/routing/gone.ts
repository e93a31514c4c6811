import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Aborts when the connection of a reply closes, so that work for a caller who has gone ends. */
export const goneOf = ({ raw }: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  raw.once('close', () => {
    gone.abort();
  });
  return gone.signal;
};

/** The same for a handler that does not send its reply itself: `@Gone() gone: AbortSignal`. */
export const Gone = createParamDecorator((_: undefined, context: ExecutionContext): AbortSignal =>
  goneOf(context.switchToHttp().getResponse<FastifyReply>()),
);
