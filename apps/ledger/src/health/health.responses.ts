import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

class EventStoreHealth {
  @ApiProperty({ enum: ['up', 'down'] }) readonly status!: string;
  @ApiProperty({ required: false }) readonly error?: string;
}

class ReaderHealth {
  @ApiProperty() readonly name!: string;
  @ApiProperty({ description: 'Up to where it has read the log' }) readonly position!: string;
  @ApiProperty({ enum: ['catchingUp', 'live', 'rebuilding', 'retrying', 'failed'] }) readonly state!: string;
  @ApiProperty({ type: 'integer' }) readonly lagEvents!: number;
  @ApiProperty() readonly lagSeconds!: number;
  @ApiProperty({ required: false }) readonly error?: string;
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

class SchedulerHealth {
  @ApiProperty() readonly running!: boolean;
  @ApiProperty({ type: 'integer', required: false, description: 'Subscriptions with something due and not recorded' })
  readonly overdue?: number;
  @ApiProperty({ type: 'integer', required: false, description: 'Of those, how many could not be settled' })
  readonly failing?: number;
  @ApiProperty({ required: false }) readonly error?: string;
}

/** How the duties of a process fare (api.md §4.9). */
export class Health {
  @ApiProperty({ enum: ['ok', 'unavailable'] }) readonly status!: 'ok' | 'unavailable';
  @ApiProperty({ enum: ['api', 'projector', 'scheduler'], isArray: true }) readonly duties!: readonly string[];
  @ApiProperty({ type: EventStoreHealth }) readonly eventStore!: EventStoreHealth;
  @ApiProperty({ type: [ProjectionHealth] }) readonly projections!: readonly ProjectionHealth[];
  @ApiProperty({ type: [ReaderHealth] }) readonly processes!: readonly ReaderHealth[];
  @ApiProperty({ type: SchedulerHealth }) readonly scheduler!: SchedulerHealth;
}
