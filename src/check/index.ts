import type { CheckKind } from './check.ts';
import { containsAll } from './contains-all.ts';
import { containsAny } from './contains-any.ts';
import { contains } from './contains.ts';
import { equals } from './equals.ts';
import { finishReason } from './finish-reason.ts';
import { jsonPath } from './json-path.ts';
import { jsonSchema } from './json-schema.ts';
import { json } from './json.ts';
import { matches } from './matches.ts';
import { maxLatency } from './max-latency.ts';
import { maxTokens } from './max-tokens.ts';
import { notEmpty } from './not-empty.ts';
import { numeric } from './numeric.ts';
import { startsWith } from './starts-with.ts';

/** Every kind of check; a suite may use exactly these. To add one: write its file, add its line. */
export const checkKinds: readonly CheckKind[] = [
  notEmpty,
  equals,
  contains,
  containsAny,
  containsAll,
  startsWith,
  matches,
  numeric,
  json,
  jsonSchema,
  jsonPath,
  finishReason,
  maxTokens,
  maxLatency,
];
