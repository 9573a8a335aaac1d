import { expect, test } from 'vitest';
import { nearestModels } from './model-findings.ts';

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
])('for "%s" the list suggests %j', (name, expected) => {
  expect(nearestModels(name, listed).slice(0, expected.length || undefined)).toEqual(expected);
});

test('no more than asked for', () => {
  expect(nearestModels('glm', listed, 2)).toHaveLength(2);
});

test('the nearest is first, whatever the order of the list', () => {
  for (let turn = 0; turn < listed.length; turn++) {
    const turned = [...listed.slice(turn), ...listed.slice(0, turn)];
    for (const list of [turned, turned.toReversed()]) {
      expect(nearestModels('glm-5.3-flsh', list)[0]).toBe('glm-5.3-flash');
      expect(nearestModels('glm-5.33', list)[0]).toBe('glm-5.3');
      expect(nearestModels('kimi-k26', list)).toEqual(['kimi-k2.6', 'kimi-k3']);
    }
  }
});

test('a model of the family comes before one of another that has nearer letters', () => {
  expect(nearestModels('glm-9', ['glx-9', 'glm-5.3-flash'])).toEqual(['glm-5.3-flash', 'glx-9']);
  expect(nearestModels('GLM-5.2', ['glx-5.2', 'glm-5.2'])[0]).toBe('glm-5.2');
});

test('of other families only what is a slip of the pen away', () => {
  expect(nearestModels('gml-5.2', ['glm-5.2', 'kimi-k3', 'deepseek-v4-pro'])).toEqual(['glm-5.2']);
  expect(nearestModels('abc', ['xyz', 'abd'])).toEqual(['abd']);
});
