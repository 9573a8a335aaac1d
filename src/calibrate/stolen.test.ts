import { expect, test } from 'vitest';
import { stolenIn } from './stolen.ts';

test('stolen time is the eighth number, in hundredths of a second', () => {
  const stat = 'cpu  140615 0 27827 530366 946 0 855 1184 7 9\ncpu0 67935 0 12751 269025 58 0 452 617 0 0\n';
  expect(stolenIn(stat)).toBe(11_840);
});

test('a kernel that does not tell of it, or tells something else, is not guessed at', () => {
  expect(stolenIn('cpu  140615 0 27827 530366\n')).toBeUndefined();
  expect(stolenIn('')).toBeUndefined();
});
