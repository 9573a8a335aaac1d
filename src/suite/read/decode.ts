/** Text with `\n` line ends and no byte order mark, or what is wrong with the bytes. */
export type Decoded =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

export function decode(bytes: Uint8Array): Decoded {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { ok: false, problem: 'is UTF-16; save it as UTF-8' };
  }
  try {
    return { ok: true, text: unified(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return {
      ok: false,
      problem: `is not UTF-8 (first wrong byte in line ${lineOfFault(bytes)}); save it as UTF-8`,
    };
  }
}

/** The same suite has the same hash on every system, however its files were checked out. */
export function unified(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
}

/** What decodes the longest is found by decoding leniently: the first replacement that is not in the file. */
function lineOfFault(bytes: Uint8Array): number {
  const lenient = new TextDecoder('utf-8').decode(bytes);
  const encoded = new TextEncoder().encode(lenient);
  let same = 0;
  while (same < bytes.length && encoded[same] === bytes[same]) same++;
  let line = 1;
  for (const byte of bytes.subarray(0, same)) if (byte === 10) line++;
  return line;
}
