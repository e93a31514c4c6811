import { SetMetadata } from '@nestjs/common';
import { keyRoles } from '#access';
import type { Role } from '#policy';

/** What a route requires of its caller, beyond a valid key. */
export type Permission =
  /** Nothing, not even a key. */
  | { readonly kind: 'open' }
  /** Only the operator (http-api.md §4.10). */
  | { readonly kind: 'operator' }
  /** Only these roles. */
  | { readonly kind: 'roles'; readonly roles: readonly string[] };

export const PERMISSION = 'subledger:permission';

/** No key is needed: health, metrics. */
export const Open = () => SetMetadata<string, Permission>(PERMISSION, { kind: 'open' });

/** The operator's key only. */
export const OperatorOnly = () => SetMetadata<string, Permission>(PERMISSION, { kind: 'operator' });

/** These roles only; the core may refuse them for further reasons. */
export const OnlyFor = (...roles: readonly Role[]) =>
  SetMetadata<string, Permission>(PERMISSION, { kind: 'roles', roles });

/** A read that is open to billing readers, too; every other role may read everything (http-api.md §4.7). */
export const ForBillingReaders = () => OnlyFor(...keyRoles);

const forbiddenToBillingReaders: Permission = {
  kind: 'roles',
  roles: keyRoles.filter((role) => role !== 'billing-reader'),
};

/** The default of a route without a decorator: reads are closed to billing readers, commands are judged by the core. */
export const permissionByMethod = (method: string): Permission | undefined =>
  method === 'GET' || method === 'HEAD' ? forbiddenToBillingReaders : undefined;
