import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem.ts';
import { type Caller, Ledger } from '#ledger';
import { Keys } from '../access/keys.ts';
import { PERMISSION, permissionByMethod, type Permission } from '../access/permissions.ts';
import { Tokens } from '../access/tokens.ts';

/**
 * Lets in who has a key or a token, as far as its role goes, once the ledger has started. A route that is to be open has to
 * say so: health and metrics are for those who wonder why it does not start.
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
    // Without a promise where none is needed: this runs before every request.
    return caller instanceof Promise
      ? caller.then((found) => admit(request, found, permission))
      : admit(request, caller, permission);
  }
}

/** A token may be long; no key is. */
const bearerOf = ({ headers: { authorization } }: FastifyRequest): string => {
  const bearer = /^bearer +([\x21-\x7e]{1,16384}) *$/i.exec(authorization ?? '')?.[1];
  if (bearer === undefined) throw new ProblemError('UNAUTHENTICATED', 'send Authorization: Bearer <key>');
  return bearer;
};

const admit = (request: FastifyRequest, caller: Caller | undefined, permission: Permission | undefined): true => {
  if (caller === undefined)
    throw new ProblemError('UNAUTHENTICATED', 'this key opens nothing: it is unknown or revoked');
  if (permission?.kind === 'operator' && !caller.operator)
    throw new ProblemError('FORBIDDEN_ROLE', "this is for the operator's key only");
  if (permission?.kind === 'roles' && !permission.roles.includes(caller.actor.role))
    throw new ProblemError('FORBIDDEN_ROLE', `the role ${caller.actor.role} may not do this`);
  request.caller = caller;
  return true;
};
