/** Words for answers of a given length; one holds characters of two, three and four bytes. */
const filler = ' a stream of plain words, some naïve, some grün, a 蚊 and a 🦟, then more of them;'.split(
  /(?= )/,
);

/** `count` pieces of text that mean nothing. */
export function fillerPieces(count: number): string[] {
  const pieces = Array.from({ length: count }, (_, index) => filler[index % filler.length]!);
  if (count > 0) pieces[0] = 'Here';
  return pieces;
}

/** Text cut as a model's tokens would cut it: a word with the blank before it, long words in parts. */
export function piecesOf(text: string): string[] {
  return text.match(/\s?[\p{L}\p{N}]{1,7}|\s?[^\s\p{L}\p{N}]{1,4}|\s+/gu) ?? [];
}
