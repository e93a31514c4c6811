import { addDays } from '#calendar';
import type { Day } from '#kernel';

/** The last day that can be written: a usage-based subscription ends with it, which is to say never (R75). */
const NEVER: Day = '9999-12-31';

/** A last day; null where there is none. */
export const lastDayOf = (lastDay: Day): Day | null => (lastDay >= NEVER ? null : lastDay);

/** On which day what follows an inclusive last day takes effect; null where nothing ever does. */
export const dayAfter = (lastDay: Day): Day | null => (lastDay >= NEVER ? null : addDays(lastDay, 1));
