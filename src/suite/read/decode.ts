/** Text with `\n` line ends and no byte order mark, or what is wrong with the bytes. */
export type Decoded =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/**
 * UTF-8, or UTF-16 with a byte order mark, as spreadsheets save "Unicode text". Bytes that are neither are a problem,
 * never a replacement character.
 */
export function decode(bytes: Uint8Array): Decoded {
  const encoding = encodingOf(bytes);
  try {
    const text = withLineFeeds(unified(new TextDecoder(encoding, { fatal: true }).decode(bytes)));
    if (!text.includes('\0')) return { ok: true, text };
    return { ok: false, problem: 'holds NUL characters, as UTF-16 without its mark does; save it as UTF-8' };
  } catch {
    const line = encoding === 'utf-8' ? ` (first wrong byte in line ${lineOfFault(bytes)})` : '';
    return {
      ok: false,
      problem: `is not ${encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'}${line}; save it as UTF-8`,
    };
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** The same suite has the same hash on every system, however its files were checked out. */
export function unified(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
}

/** Lines ended by nothing but carriage returns: some spreadsheets still offer that. */
function withLineFeeds(text: string): string {
  return text.includes('\n') ? text : text.replaceAll('\r', '\n');
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
