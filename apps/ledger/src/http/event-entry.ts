import { ApiProperty } from '@nestjs/swagger';
import type { Recorded } from '#kernel';

class ActorEntry {
  @ApiProperty() readonly id!: string;
  @ApiProperty() readonly role!: string;
  @ApiProperty() readonly partnerId!: string;
}

/** An event as it was recorded (http-api.md §4.7). */
export class EventEntry {
  @ApiProperty({ description: 'Opaque; send it back as `after`' }) readonly position!: string;
  @ApiProperty({ format: 'uuid' }) readonly eventId!: string;
  @ApiProperty() readonly stream!: string;
  @ApiProperty({ type: 'integer' }) readonly revision!: number;
  @ApiProperty({ example: 'SeatsAdded' }) readonly type!: string;
  @ApiProperty({ type: 'integer', description: 'Number of the shape in which it was written' })
  readonly schema!: number;
  @ApiProperty({ format: 'date-time' }) readonly effectiveAt!: string;
  @ApiProperty({ format: 'date-time' }) readonly recordedAt!: string;
  @ApiProperty({ type: ActorEntry }) readonly actor!: ActorEntry;
  @ApiProperty({ format: 'uuid' }) readonly commandId!: string;
  @ApiProperty() readonly correlationId!: string;
  @ApiProperty() readonly causationId!: string;
  @ApiProperty({ type: String, nullable: true, description: 'The policy preset, where one applied' })
  readonly policy!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true }) readonly data!: object;
}

/** An event as the API shows it. The digest of a key stays in the log. */
export const shownEvent = ({ id, stream, revision, position, type, data, meta }: Recorded): EventEntry => {
  const { effectiveAt, ...rest } = data;
  const { hash: _, ...keyless } = rest as { readonly hash?: unknown };
  return {
    position,
    eventId: id,
    stream,
    revision,
    type,
    schema: meta.schema,
    effectiveAt,
    recordedAt: meta.recordedAt,
    actor: meta.actor,
    commandId: meta.commandId,
    correlationId: meta.$correlationId,
    causationId: meta.$causationId,
    policy: meta.policy ?? null,
    data: type === 'KeyCreated' ? keyless : rest,
  };
};
