import { applyDecorators, type Type as Class } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, ValidateNested } from 'class-validator';

/** A list of objects, each checked against its class; problems carry their path, `lines[0].quantity`. */
export const ListOf = (item: Class<object>, { least = 0, most }: { readonly least?: number; readonly most: number }) =>
  applyDecorators(
    ApiProperty({ type: [item], minItems: least, maxItems: most }),
    IsArray({ message: 'must be a list' }),
    IsObject({ each: true, message: 'must hold objects only' }),
    ArrayMinSize(least, { message: `must hold at least ${least}` }),
    ArrayMaxSize(most, { message: `must hold at most ${most}` }),
    ValidateNested({ each: true }),
    Type(() => item),
  );
