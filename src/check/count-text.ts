/** Units in which a text can be measured. To add one: its function. */
export const textUnits = { words, lines, sentences, characters } as const;

export type TextUnit = keyof typeof textUnits;

const letterOrDigit = /[\p{L}\p{N}]/u;
/** Scripts that write words without blanks between them. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Between blanks, as word processors count. A piece without a letter or digit (a bullet, a dash) is not a word. */
function words(text: string): number {
  const pieces = text.split(/[\p{White_Space}—]+/u).filter((piece) => letterOrDigit.test(piece));
  return pieces.reduce((sum, piece) => sum + (unspaced.test(piece) ? segmentedWords(piece) : 1), 0);
}

function segmentedWords(piece: string): number {
  let found = 0;
  for (const { isWordLike } of segments(piece, 'word')) if (isWordLike === true) found++;
  return Math.max(1, found);
}

/** Lines with a visible character. Blank lines between paragraphs do not count. */
function lines(text: string): number {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .filter((line) => /[^\p{White_Space}\p{Default_Ignorable_Code_Point}]/u.test(line)).length;
}

/** A period after these ends no sentence, even before a capital. */
const abbreviation =
  /(?:^|[\s(])(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|vs|No|Nr|Fig|approx|bzw|ca|z\. ?B|d\. ?h|u\. ?a)\.\s*$/iu;

/** By the rules of Unicode (UAX #29). A line break ends a sentence. A part without a letter or digit is not one. */
function sentences(text: string): number {
  let found = 0;
  let sentence = '';
  for (const { segment } of segments(text, 'sentence')) {
    sentence += segment;
    if (abbreviation.test(sentence) && !/\n\s*$/.test(sentence)) continue;
    if (letterOrDigit.test(sentence)) found++;
    sentence = '';
  }
  return found + (letterOrDigit.test(sentence) ? 1 : 0);
}

/** As readers see them: an emoji or a letter with its accents is one. Leading and trailing blanks do not count. */
function characters(text: string): number {
  return Array.from(segments(text.trim(), 'grapheme')).length;
}

function segments(text: string, granularity: 'grapheme' | 'word' | 'sentence'): Iterable<Intl.SegmentData> {
  return new Intl.Segmenter('en', { granularity }).segment(text);
}
