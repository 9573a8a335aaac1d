import type { CheckKind } from './check.ts';
import { containsAll } from './checks/contains-all.ts';
import { containsAny } from './checks/contains-any.ts';
import { contains } from './checks/contains.ts';
import { endsWith } from './checks/ends-with.ts';
import { equals } from './checks/equals.ts';
import { finishReason } from './checks/finish-reason.ts';
import { jsonPath } from './checks/json-path.ts';
import { jsonSchema } from './checks/json-schema.ts';
import { json } from './checks/json.ts';
import { length } from './checks/length.ts';
import { matches } from './checks/matches.ts';
import { maxLatency } from './checks/max-latency.ts';
import { maxTokens } from './checks/max-tokens.ts';
import { noToolCall } from './checks/no-tool-call.ts';
import { notEmpty } from './checks/not-empty.ts';
import { numeric } from './checks/numeric.ts';
import { startsWith } from './checks/starts-with.ts';
import { toolArgumentsValid } from './checks/tool-arguments-valid.ts';
import { toolCalled } from './checks/tool-called.ts';

/** Every kind of check that a suite may use. To add one: write its file, add its line. */
export const checkKinds: readonly CheckKind[] = [
  notEmpty,
  equals,
  contains,
  containsAny,
  containsAll,
  startsWith,
  endsWith,
  matches,
  numeric,
  length,
  json,
  jsonSchema,
  jsonPath,
  toolCalled,
  noToolCall,
  toolArgumentsValid,
  finishReason,
  maxTokens,
  maxLatency,
];
