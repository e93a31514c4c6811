import { Injectable, ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { InvalidRequest, type InvalidField } from './problem.ts';

/** Levels of nesting within a body; a catalog, the deepest, has ten. The library descends by recursion. */
const DEEPEST = 32;

/** Fields and entries within a body that a class describes; the largest, a cart of a hundred lines, has nine hundred. */
const MOST_VALUES = 5_000;

/**
 * Checks bodies and queries against their classes. Unknown fields are refused, so that a typo is not silently ignored; nothing
 * is converted unless a field says so: the quantity `"10"` is malformed. Names that every object inherits, such as
 * `toString`, would slip through the library.
 */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (errors) => new InvalidRequest(fieldsOf(errors)),
    });
  }

  /** A body that is left out counts as `{}`; any other must be an object. */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // Our own decorators check their results themselves.
    if (metadata.type === 'custom') return value;
    if (metadata.type !== 'body' && metadata.type !== 'query') return super.transform(value, metadata);
    if (value !== undefined && !isObject(value))
      throw new InvalidRequest([{ path: '', message: 'the body must be a JSON object' }]);
    // A body without a class of its own, a catalog, goes to a reader with its own limits.
    const message = excess(value, metadata.metatype === Object ? Infinity : MOST_VALUES);
    if (message !== undefined) throw new InvalidRequest([{ path: '', message }]);
    const inherited = Object.keys(value ?? {}).filter((name) => name in Object.prototype);
    if (inherited.length > 0) throw new InvalidRequest(inherited.map((path) => ({ path, message: 'is not known' })));
    return super.transform(value, metadata);
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a body is too large for the library, whose time grows faster than the body. */
const excess = (body: unknown, most: number): string | undefined => {
  // Level by level, not by recursion: a body may have thousands of levels.
  let level = [body];
  let values = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return `the body must not have more than ${DEEPEST} levels`;
    values += level.length;
    if (values > most) return `the body must not have more than ${most} values`;
    level = level.flatMap((one): unknown[] => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return undefined;
};

/** Problems with their paths, `lines[0].quantity`. */
export const fieldsOf = (errors: readonly ValidationError[], parent = ''): readonly InvalidField[] =>
  errors.flatMap((error) => {
    const path = pathOf(parent, error.property);
    return [
      ...Object.entries(error.constraints ?? {}).map(([name, message]) => ({
        path,
        message: name === 'whitelistValidation' ? 'is not known' : message,
      })),
      ...fieldsOf(error.children ?? [], path),
    ];
  });

const pathOf = (parent: string, property: string): string => {
  if (parent === '') return property;
  return /^\d+$/.test(property) ? `${parent}[${property}]` : `${parent}.${property}`;
};
