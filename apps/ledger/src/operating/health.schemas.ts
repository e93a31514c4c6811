import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class StoreHealth {
  @ApiProperty({ enum: ['up', 'down'] }) readonly status!: string;
  @ApiProperty({ required: false }) readonly error?: string;
}

class ReaderHealth {
  @ApiProperty() readonly name!: string;
  @ApiProperty({ description: 'The position up to which it has read the log' }) readonly position!: string;
  @ApiProperty({
    enum: ['building', 'catchingUp', 'live', 'rebuilding', 'retrying', 'failed', 'elsewhere'],
    description:
      '`building`: it has not reached the end of the log since it was created, and is not served before. `elsewhere`: another process updates it',
  })
  readonly state!: string;
  @ApiPropertyOptional({ type: 'integer' }) readonly lagEvents?: number;
  @ApiPropertyOptional() readonly lagSeconds?: number;
  @ApiPropertyOptional({ description: 'For how many seconds, in real time, it has not reached the end of the log' })
  readonly behindSeconds?: number;
  @ApiProperty({ required: false }) readonly error?: string;
  @ApiPropertyOptional({ type: 'integer', description: 'How often a process has tried the event at which it is' })
  readonly attempts?: number;
}

class ProjectionHealth extends ReaderHealth {
  @ApiProperty({ type: 'integer' }) readonly version!: number;
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'Streams it no longer follows, each with the event that cannot be applied',
  })
  readonly quarantined!: readonly object[];
  @ApiPropertyOptional({ type: 'object', additionalProperties: true }) readonly rebuild?: object;
}

class DutyHealth {
  @ApiProperty({ enum: ['projections', 'scheduler'] }) readonly name!: string;
  @ApiProperty({
    enum: ['leading', 'standingBy'],
    description: 'Of all processes with the duty, one leads; another takes over when it stops',
  })
  readonly state!: string;
  @ApiProperty({ required: false, description: 'Why it cannot lead; it tries again' }) readonly error?: string;
}

class SchedulerHealth {
  @ApiProperty({ description: 'Whether this process records what falls due' }) readonly running!: boolean;
  @ApiProperty({ type: 'integer', required: false, description: 'Subscriptions with something due and not recorded' })
  readonly overdue?: number;
  @ApiProperty({ type: 'integer', required: false, description: 'Of those, how many could not be settled' })
  readonly failing?: number;
  @ApiProperty({ required: false }) readonly error?: string;
}

/** The state of a process and its duties (http-api.md §4.9). */
export class Health {
  @ApiProperty({
    enum: ['ok', 'starting', 'building', 'unavailable'],
    description: '`building`: read models are built from the log. Commands are taken, lists are 503 PROJECTION_BEHIND',
  })
  readonly status!: 'ok' | 'starting' | 'building' | 'unavailable';
  @ApiPropertyOptional({ description: 'What it waits for, or what is wrong, unless the status is `ok`' })
  readonly reason?: string;
  @ApiProperty({ enum: ['api', 'projector', 'scheduler'], isArray: true }) readonly duties!: readonly string[];
  @ApiProperty({ type: StoreHealth }) readonly eventStore!: StoreHealth;
  @ApiProperty({ type: StoreHealth }) readonly readStore!: StoreHealth;
  @ApiProperty({ type: [ProjectionHealth] }) readonly projections!: readonly ProjectionHealth[];
  @ApiProperty({ type: [ReaderHealth] }) readonly processes!: readonly ReaderHealth[];
  @ApiProperty({ type: SchedulerHealth }) readonly scheduler!: SchedulerHealth;
  @ApiProperty({ type: [DutyHealth], description: 'Duties that only one process performs at a time' })
  readonly leaderships!: readonly DutyHealth[];
}

/** Shows that the process responds. */
export class Liveness {
  @ApiProperty({ enum: ['live'] }) readonly status!: 'live';
}
