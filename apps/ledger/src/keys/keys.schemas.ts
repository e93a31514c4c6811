import { ApiProperty } from '@nestjs/swagger';
import { keyRoles } from '#access';
import { CommandAnswered } from '../http/documented.ts';
import { Flag, OneOf, Pattern, Text } from '../http/fields.ts';

const partnerId = [/^[a-z0-9-]{1,64}$/, '1 to 64 lower-case letters, digits and hyphens'] as const;

export class CreateKeyBody {
  @Text(200) readonly name!: string;
  @OneOf(keyRoles) readonly role!: (typeof keyRoles)[number];
  /** A partner other than the caller's own; operator only. */
  @Pattern(...partnerId, { optional: true }) readonly partnerId?: string;
}

export class RegisterPartnerBody {
  @Pattern(...partnerId) readonly partnerId!: string;
  @Text(200) readonly name!: string;
  @OneOf(['directBill', 'indirectProvider', 'indirectReseller'])
  readonly model!: 'directBill' | 'indirectProvider' | 'indirectReseller';
  /** Recorded; no rule depends on it (R2). */
  @OneOf(['global', 'usgov']) readonly cloud!: 'global' | 'usgov';
  @Flag() readonly newCommercePreview!: boolean;
}

export class CreatedKey {
  @ApiProperty({ format: 'uuid' }) readonly keyId!: string;
  @ApiProperty({ required: false, description: 'The key itself: shown once, and not in a replay' })
  readonly key?: string;
}

export class KeyEntry {
  @ApiProperty({ format: 'uuid' }) readonly keyId!: string;
  @ApiProperty() readonly partnerId!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ enum: keyRoles }) readonly role!: string;
  @ApiProperty({ description: 'Whether it may act for the whole ledger' }) readonly operator!: boolean;
  @ApiProperty({ format: 'date-time' }) readonly createdAt!: string;
  @ApiProperty() readonly revoked!: boolean;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly revokedAt!: string | null;
}

export class PartnerEntry {
  @ApiProperty() readonly partnerId!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ enum: ['directBill', 'indirectProvider', 'indirectReseller'] }) readonly model!: string;
  @ApiProperty({ enum: ['global', 'usgov'] }) readonly cloud!: string;
  @ApiProperty() readonly newCommercePreview!: boolean;
  @ApiProperty({ format: 'date-time' }) readonly registeredAt!: string;
}

/** The response of registering a partner. */
export class PartnerAnswered extends CommandAnswered {
  @ApiProperty() readonly partnerId!: string;
}

export class RevokedKey {
  @ApiProperty({ format: 'uuid' }) readonly keyId!: string;
}
