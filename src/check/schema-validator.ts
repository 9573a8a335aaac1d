import type * as ajvPackage from 'ajv';
import type { ValidateFunction } from 'ajv';
import type * as ajv2020Package from 'ajv/dist/2020.js';
import type formatsPackage from 'ajv-formats';
import { lazyPackage } from '../base/lazy-package.ts';

const ajv = lazyPackage('ajv') as () => typeof ajvPackage;
const ajv2020 = lazyPackage('ajv/dist/2020.js') as () => typeof ajv2020Package;
const formats = lazyPackage('ajv-formats') as () => typeof formatsPackage;

export type JsonSchema = Record<string, unknown>;

/** What is wrong with a value, or undefined if the schema accepts it. */
export type Validator = (value: unknown) => string | undefined;

// A misspelled keyword would accept everything, so it is refused. Style is up to the schema's author. A key may be
// required without a description: `{ type: object, required: [label] }`.
const options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  logger: false,
} as const;

/** What the classes of both drafts are. */
type Compiler = ReturnType<ReturnType<typeof formats>['default']>;

const draft7 = (): Compiler => formats().default(new (ajv().Ajv)(options));
const draft2020 = (): Compiler => formats().default(new (ajv2020().Ajv2020)(options));

/** Made on first use, so a suite without schemas pays nothing. */
const shared = new Map<() => Compiler, Compiler>();

/** A schema that refers to itself or its parts gets its own compiler, where its names cannot clash. */
function compilerFor(schema: JsonSchema): Compiler {
  const make = String(schema.$schema).includes('draft-07') ? draft7 : draft2020;
  if (JSON.stringify(schema).includes('"$id"')) return make();
  const compiler = shared.get(make) ?? make();
  shared.set(make, compiler);
  return compiler;
}

/**
 * Compiles a JSON Schema: draft-07 if its `$schema` says so, else 2020-12. Throws an `Error` that says what is wrong:
 * not a schema, an unknown keyword or format, a dangling reference (nothing is ever fetched).
 */
function compileSchema(schema: JsonSchema): Validator {
  const compiler = compilerFor(schema);
  try {
    const validate = compiler.compile(schema);
    if ('$async' in validate) throw new Error('asynchronous schemas ($async) are not supported');
    return (value) => (validate(value) ? undefined : firstError(validate));
  } finally {
    // The compiler would keep it forever. What was compiled still works.
    compiler.removeSchema(schema);
  }
}

function firstError({ errors }: ValidateFunction): string {
  const error = errors?.[0];
  return `${error?.instancePath || 'the JSON'} ${error?.message ?? 'is not valid'}`;
}

/** Limit on cached schemas. Suites with more compile some of them again. */
const limit = 256;
const compiled = new Map<string, Validator>();

/** As `compileSchema`, remembered by content: each answer brings its own copy of the schema. */
export function validatorOf(schema: JsonSchema): Validator {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known) return known;
  const validator = compileSchema(schema);
  if (compiled.size >= limit) compiled.delete(compiled.keys().next().value!);
  compiled.set(key, validator);
  return validator;
}
