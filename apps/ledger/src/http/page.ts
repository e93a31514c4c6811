import { Text, QueryInteger } from './fields.ts';

export type { Page } from '#projections';

/** Which part of a list (http-api.md §2). Lists with filters extend it. */
export class PageQuery {
  @QueryInteger(1, 500, { optional: true }) readonly limit: number = 50;
  @Text(2_000, { optional: true }) readonly cursor?: string;
}
