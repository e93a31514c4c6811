import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { InvalidRequest } from '../http/problem.ts';
import { commandSent } from './command-context.ts';

/** The arguments of a handler, as Nest keeps them: by kind and index, with the factory of our own decorators. */
type Arguments = Readonly<Record<string, { readonly factory?: unknown }>>;

/**
 * Refuses query parameters on a route that reads none: otherwise `?dryRun=true` on a route without a dry run would record
 * events. Routes that read their query refuse unknown parameters themselves.
 */
@Injectable()
export class KnownQueryGuard implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    const names = Object.keys(query as object);
    if (names.length > 0 && !readsQuery(context))
      throw new InvalidRequest(names.map((path) => ({ path, message: 'is not known' })));
    return true;
  }
}

const readsQuery = (context: ExecutionContext): boolean => {
  const known = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as
    Arguments | undefined;
  return Object.entries(known ?? {}).some(
    ([kind, { factory }]) => kind.startsWith(`${RouteParamtypes.QUERY}:`) || factory === commandSent,
  );
};
