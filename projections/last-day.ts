import { addDays } from '#calendar';
import type { Day } from '#kernel';

/** The last day that can be written: a usage-based subscription never ends, and has this one (R75). */
const NEVER: Day = '9999-12-31';

/** A last day; null for a subscription without an end. */
export const lastDayOf = (lastDay: Day): Day | null => (lastDay >= NEVER ? null : lastDay);

/** The day after an inclusive last day, on which the next period takes effect; null if there is no last day. */
export const dayAfter = (lastDay: Day): Day | null => (lastDay >= NEVER ? null : addDays(lastDay, 1));
