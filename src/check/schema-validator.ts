import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export type JsonSchema = Record<string, unknown>;

/** What is wrong with a value, or undefined when the schema accepts it. */
export type Validator = (value: unknown) => string | undefined;

// A misspelt keyword would accept everything, so it is refused; how a schema is laid out is its author's affair.
const options = { strict: true, strictTypes: false, strictTuples: false, logger: false } as const;
/** Both drafts, as far as they are needed here. */
type Compiler = Pick<Ajv, 'compile' | 'removeSchema'>;

const compilers: Record<'draft7' | 'draft2020', Compiler | undefined> = {
  draft7: undefined,
  draft2020: undefined,
};

/** Made on first use: a suite without schemas pays nothing. */
function compilerFor(schema: JsonSchema): Compiler {
  if (String(schema.$schema).includes('draft-07'))
    return (compilers.draft7 ??= withFormats(new Ajv(options)));
  return (compilers.draft2020 ??= withFormats(new Ajv2020(options)));
}

function withFormats(ajv: Ajv): Compiler {
  addFormats.default(ajv);
  return ajv;
}

/**
 * Compiles a JSON Schema: draft-07 when its `$schema` says so, else 2020-12. Throws an `Error` that says what
 * is wrong with it: not a schema, an unknown keyword or format, a reference that leads nowhere (nothing is ever
 * fetched).
 */
export function compileSchema(schema: JsonSchema): Validator {
  const ajv = compilerFor(schema);
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(schema);
  } finally {
    // Forgotten by the library, so that two checks may use one `$id`; what was compiled keeps working.
    ajv.removeSchema(schema);
  }
  if ('$async' in validate) throw new Error('asynchronous schemas ($async) are not supported');
  return (value) => (validate(value) ? undefined : firstError(validate));
}

function firstError({ errors }: ValidateFunction): string {
  const error = errors?.[0];
  return `${error?.instancePath || 'the JSON'} ${error?.message ?? 'is not valid'}`;
}

/** Compiled schemas that are kept; suites with more of them compile some again. */
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
