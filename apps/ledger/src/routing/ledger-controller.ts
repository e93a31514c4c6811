import { applyDecorators, Controller, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AccessGuard } from './access.guard.ts';
import { FreshnessGuard } from './read-your-writes.guard.ts';
import { RateLimitGuard } from './rate-limit.guard.ts';
import { ProblemFilter } from './problem.filter.ts';
import { RequestValidationPipe } from '../http/validation.pipe.ts';
import { KnownQueryGuard } from './known-query.guard.ts';

/**
 * Routes of the ledger under a path, grouped by a tag in the API's description, with what stands before and behind them:
 * here, and not for the whole application, of which the ledger may be a part.
 */
export const LedgerController = (path: string, tag: string): ClassDecorator =>
  applyDecorators(
    Controller(path),
    ApiTags(tag),
    // In this order: who it is, whether it may send that much, what nobody would look at, whether the read models are far
    // enough.
    UseGuards(AccessGuard, RateLimitGuard, KnownQueryGuard, FreshnessGuard),
    UsePipes(RequestValidationPipe),
    UseFilters(ProblemFilter),
  );
