import fc from 'fast-check';

/** A way to write a given text. */
export interface Echo {
  name: string;
  of: (token: string) => string;
}

const bytes = (token: string): Buffer => Buffer.from(token, 'utf8');
const each = (write: (code: number, character: string) => string) => (token: string) =>
  Array.from(token, (character) => write(character.charCodeAt(0), character)).join('');
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
const between = (separator: string) => (token: string) => Array.from(token).join(separator);

/** Ways to write a token that its owner would still recognize. */
export const echoes: readonly Echo[] = [
  { name: 'as it is', of: (token) => token },
  { name: 'upper case', of: (token) => token.toUpperCase() },
  { name: 'lower case', of: (token) => token.toLowerCase() },
  { name: 'base64', of: (token) => bytes(token).toString('base64') },
  { name: 'base64 behind one byte', of: (token) => bytes(` ${token}`).toString('base64') },
  { name: 'base64 behind two bytes', of: (token) => bytes(`: ${token}`).toString('base64') },
  { name: 'base64 of the header', of: (token) => bytes(`Bearer ${token}\n`).toString('base64') },
  { name: 'base64 for URLs', of: (token) => bytes(token).toString('base64url') },
  { name: 'base64 in lines', of: (token) => bytes(token).toString('base64').replace(/.{7}/g, '$&\r\n') },
  { name: 'base64 of UTF-16', of: (token) => Buffer.from(token, 'utf16le').toString('base64') },
  { name: 'hex', of: (token) => bytes(token).toString('hex') },
  { name: 'hex, upper case', of: (token) => bytes(token).toString('hex').toUpperCase() },
  { name: 'hex in pairs', of: each((code) => `${hex(code, 2)}:`) },
  { name: 'percent', of: each((code) => `%${hex(code, 2)}`) },
  { name: 'percent, twice', of: each((code) => `%25${hex(code, 2)}`) },
  {
    name: 'percent, in part',
    of: (token) => token.replace(/[aeiou_-]/gi, (c) => `%${hex(c.charCodeAt(0), 2)}`),
  },
  { name: 'JSON', of: each((code) => `\\u${hex(code, 4)}`) },
  { name: 'JavaScript', of: each((code) => `\\x${hex(code, 2)}`) },
  { name: 'octal', of: each((code) => `\\${code.toString(8)}`) },
  { name: 'HTML, decimal', of: each((code) => `&#${code};`) },
  { name: 'HTML, hex', of: each((code) => `&#x${hex(code, 2)};`) },
  { name: 'HTML in HTML', of: each((code) => `&amp;#${code};`) },
  { name: 'spaced', of: between(' ') },
  { name: 'hyphenated', of: between('-') },
  { name: 'dotted', of: between('.') },
  { name: 'in lines', of: between('\r\n') },
  { name: 'zero width', of: between('\u200b') },
  { name: 'soft hyphens', of: between('\u00ad') },
  { name: 'colored', of: between('\u001b[31m') },
  { name: 'colored by C1', of: between('\u009b0m') },
  { name: 'links of a terminal', of: between('\u001b]8;;x\u0007') },
  { name: 'controls', of: between('\u0001') },
  { name: 'UTF-16', of: (token) => Buffer.from(token, 'utf16le').toString('latin1') },
  { name: 'wide', of: each((code) => String.fromCharCode(code > 32 ? code + 0xfee0 : code)) },
  { name: 'backwards', of: (token) => Array.from(token).reverse().join('') },
  { name: 'its first half', of: (token) => token.slice(0, Math.ceil(token.length / 2)) },
  { name: 'its second half', of: (token) => token.slice(Math.floor(token.length / 2)) },
];

const letters = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');

/** Tokens in the forms of their issuers. */
export const anyToken: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', 'sk-', 'v1.0-', 'cf_'),
    fc.array(fc.constantFrom(...letters, ...Array.from('ABCDEFabcdef0123456789_-')), {
      minLength: 24,
      maxLength: 64,
    }),
  )
  .map(([prefix, rest]) => `${prefix}${rest.join('')}Z`);

/** The longest part of a text that another one contains, at most `limit` characters of it. */
export function sharesRun(text: string, other: string, limit: number): string | undefined {
  for (let at = 0; at + limit <= other.length; at++) {
    const run = other.slice(at, at + limit);
    if (text.includes(run)) return run;
  }
  return undefined;
}
