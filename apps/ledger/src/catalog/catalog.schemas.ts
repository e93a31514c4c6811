import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CommandAnswered } from '../http/documented.ts';
import { OneOf, Uuid } from '../http/fields.ts';
import { PageQuery } from '../http/page.ts';

const left = { optional: true };

export class OffersQuery extends PageQuery {
  /** The customer for whom `purchasable` is judged. */
  @Uuid(left) readonly customerId?: string;
  @OneOf(['microsoft', 'partner'], left) readonly publisher?: 'microsoft' | 'partner';
  @OneOf(['license', 'usage'], left) readonly billingType?: 'license' | 'usage';
  @OneOf(['enterprise', 'smallBusiness', 'trial'], left) readonly category?: 'enterprise' | 'smallBusiness' | 'trial';
}

class PublisherEntry {
  @ApiProperty({ enum: ['microsoft', 'partner'] }) readonly kind!: string;
  @ApiProperty() readonly name!: string;
}

class PlanEntry {
  @ApiProperty({ example: 'P1Y' }) readonly term!: string;
  @ApiProperty({ example: 'monthly' }) readonly billingCycle!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { EUR: '10.08' },
    description: 'By currency: one seat for one whole charge cycle',
  })
  readonly prices!: object;
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  readonly includedUnits?: object;
}

class SkuEntry {
  @ApiProperty() readonly skuId!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ type: 'integer' }) readonly minSeats!: number;
  @ApiProperty({ type: 'integer' }) readonly maxSeats!: number;
  @ApiProperty({ type: 'integer', nullable: true }) readonly trialDays!: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'offerId/skuId' }) readonly convertsTo!: string | null;
  @ApiProperty({ type: 'integer', nullable: true }) readonly maxSeatsPerCustomer!: number | null;
  @ApiProperty({
    type: 'object',
    nullable: true,
    properties: {
      prerequisiteSkus: { type: 'array', items: { type: 'string' } },
      minShareOfBase: { type: 'string', nullable: true },
    },
  })
  readonly addOn!: object | null;
  @ApiProperty({ type: [String], description: 'offerId/skuId' }) readonly upgradeTargets!: readonly string[];
  @ApiProperty({ type: String, nullable: true }) readonly setupUrl!: string | null;
  @ApiProperty({ type: [PlanEntry] }) readonly plans!: readonly object[];
}

class ReasonEntry {
  @ApiProperty() readonly code!: string;
  @ApiProperty() readonly detail!: string;
  @ApiProperty({ required: false, format: 'uuid' }) readonly reactivateSubscriptionId?: string;
}

class CatalogueOffer {
  @ApiProperty() readonly offerId!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ enum: ['newCommerce', 'legacy', 'isvSaas', 'usage'] }) readonly kind!: string;
  @ApiProperty({ type: PublisherEntry }) readonly publisher!: PublisherEntry;
  @ApiProperty({ enum: ['license', 'usage'] }) readonly billingType!: string;
  @ApiProperty({ enum: ['enterprise', 'smallBusiness', 'trial'] }) readonly category!: string;
  @ApiProperty({ type: [String] }) readonly segments!: readonly string[];
  @ApiProperty({
    oneOf: [
      { type: 'string', enum: ['all'] },
      { type: 'array', items: { type: 'string' } },
    ],
  })
  readonly countries!: 'all' | readonly string[];
  @ApiProperty({ type: 'integer', nullable: true }) readonly limitPerCustomer!: number | null;
  @ApiProperty() readonly inCsp!: boolean;
  @ApiProperty() readonly transactable!: boolean;
  @ApiProperty({ type: [String], nullable: true }) readonly exclusiveTo!: readonly string[] | null;
  @ApiProperty({ type: [SkuEntry] }) readonly skus!: readonly object[];
}

export class OfferEntry extends CatalogueOffer {
  @ApiProperty({ required: false, description: 'Whether this customer may buy it; only with customerId' })
  readonly purchasable?: boolean;
  @ApiProperty({ required: false, type: [ReasonEntry], description: 'All reasons why not; only with customerId' })
  readonly reasons?: readonly ReasonEntry[];
}

export class CatalogueEntry {
  @ApiProperty({ type: String, nullable: true }) readonly version!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly effectiveFrom!: string | null;
  @ApiProperty({ type: [CatalogueOffer] }) readonly offers!: readonly CatalogueOffer[];
}

/** The response of publishing a catalogue. */
export class CatalogueAnswered extends CommandAnswered {
  @ApiProperty() readonly version!: string;
}
