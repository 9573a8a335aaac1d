import fc from 'fast-check';

/** Any character of Unicode, common ones as likely as rare ones. */
const character = fc.oneof(
  fc.constantFrom(...Array.from(' aZ09,;"\'=+-@\\/{}\t\r\n\u00a0é東😀\u2028\ufeff')),
  fc.integer({ min: 0, max: 0x10f7ff }).map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800)),
);

/** Text of any characters, halves of pairs excepted: those do not survive UTF-8. */
export const anyText = (limits: { minLength?: number; maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.string({ unit: character, ...limits });
