import type { FastifySchemaCompiler, ValidationResult } from 'fastify';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

const namedErrorsMax = 3;

/**
 * Checks a request by its schema. Text of the query is converted and defaults are filled in; bodies are taken as they
 * are: "1" is not 1. Bodies marked `x-upload` are pictures, which `readUpload` checks while they arrive.
 */
export const checkerOf: FastifySchemaCompiler<TSchema> = (route) => {
  const { schema, httpPart } = route;
  if ('x-upload' in schema) return () => true;
  const check = TypeBoxValidatorCompiler(route);
  return httpPart === 'querystring' ? (value: unknown) => check(Value.Default(schema, value)) : check;
};

/** Names the first fields that are wrong, and what would be right. */
export function describeSchemaErrors(errors: readonly ValidationResult[], part: string): Error {
  const faults = errors.slice(0, namedErrorsMax).map(({ instancePath, message, params }) => {
    const names = params['additionalProperties'] ?? params['requiredProperties'];
    const detail = Array.isArray(names) ? ` (${names.slice(0, namedErrorsMax).join(', ').slice(0, 200)})` : '';
    return `${part}${instancePath.slice(0, 200)} ${message ?? 'is wrong'}${detail}`;
  });
  return new Error(faults.join('; '));
}
