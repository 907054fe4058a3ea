import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import {
  IsEmail,
  IsObject,
  IsRFC3339,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

/** The longest string of the interface, unless a field says otherwise. */
export const MAX_STRING = 200;

/** The field may be left out. Unlike IsOptional it may not be null: null would be stored as a value. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

/** The condition of Nullable, by which a schema knows such a field. */
export const unlessNull = (_object: object, value: unknown): boolean => value !== null;

/** The field may be null; it may not be left out. */
export function Nullable(): PropertyDecorator {
  return ValidateIf(unlessNull);
}

/** A string with something to read in it, at most `max` characters. */
export function Text(max = MAX_STRING): PropertyDecorator {
  return applyDecorators(
    IsString(),
    Length(1, max),
    Matches(/\S/, { message: '$property must not be blank' }),
  );
}

/** A query is text: this takes digits for a number, and neither 1e2 nor 0x10 nor nothing at all. */
export function FromDigits(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  );
}

/** An object of that class. ValidateNested alone also takes a list of them, and an empty list unseen. */
export function Nested(type: () => new () => object, { each = false } = {}): PropertyDecorator {
  return applyDecorators(IsObject({ each }), ValidateNested({ each }), Type(type));
}

/**
 * The one form in which an e-mail address is stored and compared: Unicode NFC, lower case, no surrounding
 * space. Look-alikes of other scripts stay distinct addresses, as they are for the mail system.
 */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase().normalize('NFC');
}

/** An e-mail address; the validated object has it in its normal form. */
export function Email(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normaliseEmail(value) : value)),
    IsEmail(),
    MaxLength(MAX_STRING),
  );
}

/** A rule over a field's value that class-validator has no decorator for. */
export function Rule(name: string, message: string, holds: (value: unknown) => boolean): PropertyDecorator {
  return ValidateBy({ name, validator: { validate: holds, defaultMessage: () => message } });
}

/** A time (RFC 3339) that a Date can hold: a leap second is one of the text alone. */
export function Time(): PropertyDecorator {
  return applyDecorators(
    IsRFC3339(),
    MaxLength(40),
    Rule('isTime', '$property must be a time', (value) => !Number.isNaN(Date.parse(String(value)))),
  );
}
