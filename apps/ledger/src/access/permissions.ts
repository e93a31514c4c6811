import { SetMetadata } from '@nestjs/common';
import { keyRoles } from '#access';
import type { Role } from '#policy';

/** What a route asks of whoever calls it, beyond a key that is valid. */
export type Permission =
  /** Nothing, not even a key. */
  | { readonly kind: 'open' }
  /** Only the operator (http-api.md §4.10). */
  | { readonly kind: 'operator' }
  /** Only these roles. */
  | { readonly kind: 'roles'; readonly roles: readonly string[] };

export const PERMISSION = 'subledger:permission';

/** Anybody, without a key: health, metrics. */
export const Open = () => SetMetadata<string, Permission>(PERMISSION, { kind: 'open' });

/** The operator's key only. */
export const OperatorOnly = () => SetMetadata<string, Permission>(PERMISSION, { kind: 'operator' });

/** These roles only; what the core refuses besides is its own affair. */
export const OnlyFor = (...roles: readonly Role[]) =>
  SetMetadata<string, Permission>(PERMISSION, { kind: 'roles', roles });

/** A read that is open to billing readers, too; every other role may read everything (http-api.md §4.7). */
export const ForBillingReaders = () => OnlyFor(...keyRoles);

const forbiddenToBillingReaders: Permission = {
  kind: 'roles',
  roles: keyRoles.filter((role) => role !== 'billing-reader'),
};

/** What holds for a route that says nothing: a read is for all but billing readers, a command is judged by the core. */
export const permissionByMethod = (method: string): Permission | undefined =>
  method === 'GET' || method === 'HEAD' ? forbiddenToBillingReaders : undefined;
