import { applyDecorators, Controller, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AccessGuard } from './access.guard.ts';
import { FreshnessGuard } from './read-your-writes.guard.ts';
import { RateLimitGuard } from './rate-limit.guard.ts';
import { ProblemFilter } from './problem.filter.ts';
import { RequestValidationPipe } from '../http/validation.pipe.ts';
import { KnownQueryGuard } from './known-query.guard.ts';

/**
 * Routes of the ledger under a path, grouped by a tag in the API's description, with their guards, pipe and filter: declared
 * here, not for the whole application, because the ledger may be only a part of it.
 */
export const LedgerController = (path: string, tag: string): ClassDecorator =>
  applyDecorators(
    Controller(path),
    ApiTags(tag),
    // In this order: the caller, its rate limit, unknown query parameters, the position of the read models.
    UseGuards(AccessGuard, RateLimitGuard, KnownQueryGuard, FreshnessGuard),
    UsePipes(RequestValidationPipe),
    UseFilters(ProblemFilter),
  );
