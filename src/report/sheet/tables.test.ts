import { expect, test } from 'vitest';
import { UserError } from '../../base/user-error.ts';
import { pickFields, tableNamed } from './tables.ts';

const { fields } = tableNamed('requests');
const pick = (...names: string[]): string[] => pickFields(fields, names).map(({ column }) => column.name);

test('columns come in the order in which they were named', () => {
  expect(pick('ttft_ms', 'model', 'date')).toEqual(['ttft_ms', 'model', 'date']);
});

test('without names all columns come', () => {
  expect(pickFields(fields, undefined)).toBe(fields);
});

test('every unknown name is refused at once, with the nearest known one', () => {
  expect(() => pick('ttft', 'model', 'e2e_latency')).toThrow(UserError);
  expect(() => pick('ttft', 'e2e_latencyms')).toThrow(
    /no column "ttft"; .*\n.*no column "e2e_latencyms"; did you mean "e2e_latency_ms"\?/,
  );
});

test('a name given twice, or none at all, is refused', () => {
  expect(() => pick('model', 'model')).toThrow('--columns names "model" twice.');
  expect(() => pick()).toThrow('--columns names no column.');
});
