import { Text } from '../http/fields.ts';
import { PageQuery } from '../http/page.ts';

export class HistoryQuery extends PageQuery {
  /** Continues after this position. */
  @Text(100, { optional: true }) readonly after?: string;
}
