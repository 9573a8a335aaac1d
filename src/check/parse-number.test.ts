import { describe, expect, test } from 'vitest';
import { numbersIn } from './parse-number.ts';

describe('with a decimal point', () => {
  test.each<[string, number[]]>([
    ['', []],
    ['none', []],
    ['The answer is 42.', [42]],
    ['**42**', [42]],
    ['1,234,567.89', [1234567.89]],
    ["1'234'567.5 or 1'000", [1234567.5, 1000]],
    ['1\u202f234 and 2\u00a0345', [1234, 2345]],
    ['1_000_000', [1000000]],
    ['12 345', [12, 345]],
    ['1,2,3', [1, 2, 3]],
    ['1,2345', [1, 2345]],
    ['3,5', [3, 5]],
    ['-5, −6, +7', [-5, -6, 7]],
    ['-$5.50 and €7', [-5.5, 7]],
    ['10-12', [10, 12]],
    ['5 - 3', [5, 3]],
    ['2024-05-06', [2024, 5, 6]],
    ['- 5 apples', [5]],
    ['x=-5', [-5]],
    ['H2O and v1 and 5kg', [5]],
    ['GPT-4', [4]],
    ['.5 and -.25', [0.5, -0.25]],
    ['version 1.2.3', [1.2]],
    ['6.02e23, 1E-3, 2e', [6.02e23, 0.001, 2]],
    ['50%', [50]],
    ['1/2', [1, 2]],
    ['(7)', [7]],
  ])('%j holds %j', (text, numbers) => {
    expect(numbersIn(text, '.')).toEqual(numbers);
  });
});

describe('with a decimal comma', () => {
  test.each<[string, number[]]>([
    ['3,5', [3.5]],
    ['1.234.567,89', [1234567.89]],
    ['−0,25 €', [-0.25]],
    ['Es sind 42.', [42]],
    ['1,234.5', [1.234, 5]],
  ])('%j holds %j', (text, numbers) => {
    expect(numbersIn(text, ',')).toEqual(numbers);
  });
});
