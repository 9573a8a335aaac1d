import { expect, test } from 'vitest';
import { nearestModels } from './nearest-models.ts';

const listed = [
  'deepseek-v4-pro',
  'glm-5.2',
  'glm-5.3',
  'glm-5.3-flash',
  'kimi-k2.6',
  'kimi-k3',
  'gpt-oss:20b',
];

test.each([
  ['glm-5.1', ['glm-5.2', 'glm-5.3', 'glm-5.3-flash']],
  ['kimi-k2', ['kimi-k3', 'kimi-k2.6']],
  ['kmi-k3', ['kimi-k3']],
  ['deepseek', ['deepseek-v4-pro']],
  ['zzzzzzzz', []],
])('for «%s» the list suggests %j', (name, expected) => {
  expect(nearestModels(name, listed).slice(0, expected.length || undefined)).toEqual(expected);
});

test('no more than asked for', () => {
  expect(nearestModels('glm', listed, 2)).toHaveLength(2);
});
