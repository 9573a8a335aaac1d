import { expect, test } from 'vitest';
import { modelColors, modelLook } from './model-look.ts';

/** Relative luminance of a color such as `#0b6bb5`. Source: WCAG 2.2. */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

test.each(modelColors)('$light and $dark have enough contrast on their page', ({ light, dark }) => {
  expect(contrast(light, '#ffffff')).toBeGreaterThan(3);
  expect(contrast(dark, '#15181c')).toBeGreaterThan(3);
});

test('56 models all look different', () => {
  const looks = Array.from({ length: 56 }, (_, place) => modelLook('m', place));
  expect(new Set(looks.map(({ color, symbol }) => `${color} ${symbol}`)).size).toBe(56);
});

test('a name is made safe to show, and still found by what it was', () => {
  expect(modelLook('a\u001b[31m\nb', 0)).toMatchObject({ label: 'a\u001b[31m\nb', name: 'a b' });
  expect(modelLook('\u200b', 0).name).toBe('(no name)');
});
