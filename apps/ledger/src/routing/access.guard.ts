import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem.ts';
import { type Caller, Ledger } from '#ledger';
import { Keys } from '../access/keys.ts';
import { PERMISSION, permissionByMethod, type Permission } from '../access/permissions.ts';
import { Tokens } from '../access/tokens.ts';

/**
 * Admits callers with a valid key or token, as far as their role allows, once the ledger has started. A route without a key
 * must be declared open: health and metrics help to find out why a ledger does not start.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #reflector: Reflector;
  readonly #keys: Keys;
  readonly #tokens: Tokens;
  readonly #ledger: Ledger;

  constructor(reflector: Reflector, keys: Keys, tokens: Tokens, ledger: Ledger) {
    this.#reflector = reflector;
    this.#keys = keys;
    this.#tokens = tokens;
    this.#ledger = ledger;
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const permission =
      this.#reflector.get<Permission | undefined>(PERMISSION, context.getHandler()) ??
      permissionByMethod(request.method);
    if (permission?.kind === 'open') return true;
    if (!this.#ledger.isStarted) throw new ProblemError('EVENT_STORE_UNAVAILABLE', 'the ledger is starting: try again');
    const bearer = bearerOf(request);
    const caller = this.#tokens.accept(bearer) ? this.#tokens.callerOf(bearer) : this.#keys.callerOf(bearer);
    // Synchronous where possible: this runs before every request.
    return caller instanceof Promise
      ? caller.then((found) => admit(request, found, permission))
      : admit(request, caller, permission);
  }
}

/** Tokens may be long; keys are not. */
const bearerOf = ({ headers: { authorization } }: FastifyRequest): string => {
  const bearer = /^bearer +([\x21-\x7e]{1,16384}) *$/i.exec(authorization ?? '')?.[1];
  if (bearer === undefined) throw new ProblemError('UNAUTHENTICATED', 'send Authorization: Bearer <key>');
  return bearer;
};

const admit = (request: FastifyRequest, caller: Caller | undefined, permission: Permission | undefined): true => {
  if (caller === undefined) throw new ProblemError('UNAUTHENTICATED', 'unknown or revoked API key');
  if (permission?.kind === 'operator' && !caller.operator)
    throw new ProblemError('FORBIDDEN_ROLE', "only the operator's key may do this");
  if (permission?.kind === 'roles' && !permission.roles.includes(caller.actor.role))
    throw new ProblemError('FORBIDDEN_ROLE', `the role ${caller.actor.role} may not do this`);
  request.caller = caller;
  return true;
};
