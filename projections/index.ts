import { access } from './access/index.ts';
import { billing } from './billing/index.ts';
import { catalogue } from './catalog/index.ts';
import { renewals } from './renewals/index.ts';
import { status } from './status/index.ts';

export { MalformedCursor, type Page, type PageRequest } from './page.ts';

/** Every read model. A projection that is not in this list is not run. */
export const projections = [access, billing, catalogue, renewals, status] as const;
