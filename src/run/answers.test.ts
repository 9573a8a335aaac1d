import { afterAll, beforeAll, test } from 'vitest';
import { answerProperties, openWire, type Wire } from './testing/answers.ts';

let wire: Wire;

beforeAll(async () => {
  wire = await openWire();
});

afterAll(() => wire[Symbol.asyncDispose]());

for (const { name, assert } of answerProperties(() => wire)) test(name, assert);
