/** Ways in which a server may write a text when it sends it back, beyond those that `plainText` undoes. */
export function disguises(text: string): string[] {
  const bytes = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le'), utf16be(text)];
  return [
    text,
    Array.from(text).reverse().join(''),
    ...bytes.map((one) => one.toString('hex')),
    ...bytes.flatMap((one) => [0, 1, 2].map((before) => base64Behind(one, before))),
  ];
}

/** The part of the base64 of these bytes that does not depend on the text around them, after this many other bytes. */
function base64Behind(bytes: Buffer, before: number): string {
  const all = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const [first, last] = [Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)];
  return all.slice(first, last);
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}
