/** The decimal separator. The other character then separates thousands. */
export type DecimalMark = '.' | ',';

const gaps = "''_\\u00a0\\u2009\\u202f";

/**
 * A number in running text: a sign that touches it (hyphen or minus, with at most a currency between), digits with or
 * without thousands separators in groups of three, decimals, an exponent. Digits attached to a letter (H2O, v1) or to
 * another number (1.2.3) are not numbers.
 */
function numberPattern(decimal: DecimalMark): RegExp {
  const [point, thousands] = decimal === '.' ? ['\\.', ','] : [',', '\\.'];
  const start = `(?<![\\p{L}\\p{N}_]|\\p{N}${point})`;
  const sign = `(?:(?<![\\p{L}\\p{N})\\]])[-+−]\\p{Sc}?)?`;
  const grouped = `\\d{1,3}([${thousands}${gaps}])\\d{3}(?:\\1\\d{3})*(?!\\d)`;
  const number = `(?:(?:${grouped}|\\d+)(?:${point}\\d+)?|${point}\\d+)(?:[eE][-+−]?\\d+(?![\\p{L}\\d]))?`;
  return new RegExp(`${sign}${start}${number}`, 'gu');
}

/** Every number of a text, in order. Fractions and percentages are not evaluated: `1/2` is 1 and 2, `5 %` is 5. */
export function numbersIn(text: string, decimal: DecimalMark): number[] {
  return Array.from(text.matchAll(numberPattern(decimal)), ([found]) => toNumber(found, decimal));
}

function toNumber(found: string, decimal: DecimalMark): number {
  const plain = found.replaceAll('−', '-').replace(/[^-+\d.,eE]/gu, '');
  return Number(decimal === '.' ? plain.replaceAll(',', '') : plain.replaceAll('.', '').replace(',', '.'));
}
