import type { ResponseHead } from './response-head.ts';

/** Maximum length of the head, the trailers, and the line before a chunk, in bytes. */
const longestHead = 64 * 1024;
const longestChunkLine = 4096;

/** The server broke the rules of HTTP/1.1. `code` begins like the codes of llhttp, which refuses the same. */
export class FramingError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Receives the contents of a response. */
export interface FramingSink {
  /** Status line and headers of the response are complete. Interim responses are skipped. */
  onHead(head: ResponseHead, bytes: Uint8Array): void;
  /** These bytes of the input belong to the body. */
  onBody(bytes: Uint8Array, from: number, to: number): void;
}

/** How a body marks its end. */
type BodyEnd = 'none' | 'length' | 'chunks' | 'close';

const states = {
  head: 0,
  /** A body of known length. */
  length: 1,
  /** Until the connection is closed. */
  close: 2,
  chunkLine: 3,
  chunkLineEnd: 4,
  chunkData: 5,
  chunkDataCr: 6,
  chunkDataLf: 7,
  trailers: 8,
  over: 9,
} as const;

const cr = 13;
const lf = 10;
const semicolon = 59;

/**
 * Finds where the answer to one request ends in the bytes of its connection. A state machine over bytes that never
 * looks into the body. It is strict: it refuses what llhttp refuses, and some forms more that no server sends. Errors
 * are thrown.
 */
export class Framer {
  readonly #sink: FramingSink;
  #state: number = states.head;
  /** Bytes so far of a head, of a line before a chunk, or of trailers. */
  #held: Buffer = Buffer.alloc(0);
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left = 0;
  /** The connection may carry another request after this answer. */
  keepsAlive = false;
  /** How long the server keeps it open. Absent: the server does not say. */
  keptForMs: number | undefined;

  constructor(sink: FramingSink) {
    this.#sink = sink;
  }

  get isOver(): boolean {
    return this.#state === states.over;
  }

  /** Reads the first `length` bytes. Returns how many of them belong to this answer: all, or those up to its end. */
  feed(bytes: Uint8Array, length = bytes.length): number {
    let at = 0;
    while (at < length && this.#state !== states.over) at = this.#step(bytes, at, length);
    return at;
  }

  /** The connection was closed. Returns whether the answer is complete. */
  closed(): boolean {
    if (this.#state === states.close) this.#state = states.over;
    return this.isOver;
  }

  #step(bytes: Uint8Array, at: number, length: number): number {
    switch (this.#state) {
      case states.head:
        return this.#readHead(bytes.subarray(0, length), at);
      case states.length:
      case states.chunkData:
        return this.#readCounted(bytes, at, length);
      case states.close:
        this.#sink.onBody(bytes, at, length);
        return length;
      case states.chunkLine:
        return this.#readSize(bytes, at, length) ?? this.#readChunkLine(bytes.subarray(0, length), at);
      case states.chunkLineEnd:
        this.#expect(bytes[at], lf, 'HPE_STRICT', 'no line feed after the size of a chunk');
        this.#beginChunk();
        return at + 1;
      case states.chunkDataCr:
        this.#expect(bytes[at], cr, 'HPE_STRICT', 'a chunk is longer than it says');
        this.#state = states.chunkDataLf;
        return at + 1;
      case states.chunkDataLf:
        this.#expect(bytes[at], lf, 'HPE_STRICT', 'no line feed after a chunk');
        this.#state = states.chunkLine;
        return at + 1;
      default:
        return this.#readTrailers(bytes.subarray(0, length), at);
    }
  }

  #expect(byte: number | undefined, wanted: number, code: string, message: string): void {
    if (byte !== wanted) throw new FramingError(code, message);
  }

  #readCounted(bytes: Uint8Array, at: number, length: number): number {
    const to = Math.min(length, at + this.#left);
    this.#sink.onBody(bytes, at, to);
    this.#left -= to - at;
    if (this.#left === 0) this.#state = this.#state === states.length ? states.over : states.chunkDataCr;
    return to;
  }

  #readHead(bytes: Uint8Array, at: number): number {
    const { lines, next } = this.#linesUpToBlank(bytes, at);
    if (!lines) return next;
    const head = strictHead(lines);
    if (head.status === 101)
      throw new FramingError('HPE_INVALID_UPGRADE', 'a change of the protocol that nobody asked for');
    const end = bodyEndOf(head);
    if (head.status < 200) {
      // An interim response: the answer is still to come on this connection.
      if (!livesOn(head))
        throw new FramingError(
          'HPE_CLOSED_CONNECTION',
          'the headers say that the connection ends before the answer',
        );
      return next;
    }
    this.#begin(head, end);
    this.#sink.onHead(head, lines);
    return next;
  }

  #begin(head: ResponseHead & { isOld: boolean }, { kind, length }: { kind: BodyEnd; length: number }): void {
    this.#left = length;
    const hasNone = kind === 'none' || (kind === 'length' && length === 0);
    this.#state = hasNone
      ? states.over
      : { length: states.length, chunks: states.chunkLine, close: states.close }[kind];
    const { headers, status } = head;
    // A response without a body, by its status, may send one all the same if it announces one.
    const isDoubtful =
      (status === 204 || status === 304) &&
      (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);
    this.keepsAlive = livesOn(head) && kind !== 'close' && !isDoubtful;
    const said = /(?:^|[\s,;])timeout=(\d+)/i.exec(listOf(headers['keep-alive']).join(','))?.[1];
    this.keptForMs = said === undefined ? undefined : Number(said) * 1000;
  }

  /** Head or trailers up to and including the blank line, if complete. */
  #linesUpToBlank(bytes: Uint8Array, at: number): { lines: Buffer | undefined; next: number } {
    const before = this.#held.length;
    const fresh = bytes.subarray(at, at + longestHead + 1 - before);
    const held = before === 0 ? Buffer.from(fresh) : Buffer.concat([this.#held, fresh]);
    const blank = held.indexOf('\r\n\r\n', Math.max(0, before - 3));
    if (blank === -1) {
      if (held.length > longestHead)
        throw new FramingError('HPE_HEADER_OVERFLOW', `headers of more than ${longestHead} bytes`);
      // An invalid head is refused at once, however much of it is still to come.
      if (this.#state === states.head) refuseEarly(held);
      this.#held = held;
      return { lines: undefined, next: at + fresh.length };
    }
    this.#held = Buffer.alloc(0);
    const end = blank + 4;
    return { lines: held.subarray(0, end), next: at + end - before };
  }

  /** A size in plain digits with its line end, as nearly all are, is read in place. Undefined for all others. */
  #readSize(bytes: Uint8Array, at: number, length: number): number | undefined {
    if (this.#held.length > 0) return undefined;
    let size = 0;
    for (let place = at; place < Math.min(length - 1, at + mostPlainDigits); place++) {
      const digit = hexDigit(bytes[place]!);
      if (digit !== undefined) {
        size = size * 16 + digit;
        continue;
      }
      if (place === at || bytes[place] !== cr || bytes[place + 1] !== lf) return undefined;
      this.#left = size;
      this.#beginChunk();
      return place + 2;
    }
    return undefined;
  }

  #readChunkLine(bytes: Uint8Array, at: number): number {
    for (let place = at; place < bytes.length; place++) {
      const byte = bytes[place]!;
      if (byte === cr) {
        this.#holdLine(bytes, at, place);
        this.#left = chunkSize(this.#held.toString('latin1'));
        this.#held = Buffer.alloc(0);
        this.#state = states.chunkLineEnd;
        return place + 1;
      }
      if (byte < 32 && byte !== semicolon)
        throw new FramingError('HPE_INVALID_CHUNK_SIZE', 'the size of a chunk is not a number');
    }
    this.#holdLine(bytes, at, bytes.length);
    return bytes.length;
  }

  #holdLine(bytes: Uint8Array, from: number, to: number): void {
    const part = bytes.subarray(from, to);
    this.#held = this.#held.length === 0 ? Buffer.from(part) : Buffer.concat([this.#held, part]);
    if (this.#held.length > longestChunkLine)
      throw new FramingError(
        'HPE_CHUNK_EXTENSIONS_OVERFLOW',
        'the line before a chunk is longer than 4,096 bytes',
      );
  }

  #beginChunk(): void {
    this.#state = this.#left === 0 ? states.trailers : states.chunkData;
  }

  #readTrailers(bytes: Uint8Array, at: number): number {
    // There are none, as nearly always.
    if (this.#held.length === 0 && bytes[at] === cr && bytes[at + 1] === lf) {
      this.#state = states.over;
      return at + 2;
    }
    const before = this.#held.length;
    this.#held = Buffer.concat([this.#held, bytes.subarray(at, at + longestHead + 1 - before)]);
    const end = trailersEnd(this.#held);
    if (end === undefined) {
      if (this.#held.length > longestHead)
        throw new FramingError('HPE_HEADER_OVERFLOW', `trailers of more than ${longestHead} bytes`);
      return Math.min(bytes.length, at + longestHead + 1 - before);
    }
    const lines = this.#held.subarray(0, end);
    this.#held = Buffer.alloc(0);
    refuseTrailers(lines.toString('latin1'));
    this.#state = states.over;
    return at + end - before;
  }
}

/** A longer one is read with more care. */
const mostPlainDigits = 8;

function hexDigit(byte: number): number | undefined {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : undefined;
}

/** End of the trailers, including their blank line. Undefined until it has come. */
function trailersEnd(held: Buffer): number | undefined {
  if (held.length >= 2 && held[0] === cr) {
    if (held[1] === lf) return 2;
    throw new FramingError('HPE_STRICT', 'no line feed at the end of the chunks');
  }
  const blank = held.indexOf('\r\n\r\n');
  return blank === -1 ? undefined : blank + 4;
}

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const headerLine = new RegExp(`^(${token}):([\\t\\x20-\\x7e\\x80-\\xff]*)$`);
/** Other parsers do not accept it there. */
const blankBehindFraming = /^(content-length|transfer-encoding):.*[\t ]$/i;
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const extensions = new RegExp(`^(?:;${token}(?:=(?:${token}|"[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*"))?)*$`);

function chunkSize(line: string): number {
  const [, digits = '', rest = ''] = /^([0-9a-fA-F]*)([^]*)$/.exec(line)!;
  const size = Number.parseInt(digits, 16);
  if (digits === '' || digits.length > 16 || !Number.isSafeInteger(size))
    throw new FramingError('HPE_INVALID_CHUNK_SIZE', 'the size of a chunk is not a number');
  if (!extensions.test(rest))
    throw new FramingError(
      'HPE_INVALID_CHUNK_SIZE',
      'the text after the size of a chunk is not an extension',
    );
  return size;
}

/** Refuses bytes that cannot become a head: they must begin with `HTTP/1.`. */
function refuseEarly(held: Buffer): void {
  const begins = held.toString('latin1', 0, 7);
  if (!'HTTP/1.'.startsWith(begins))
    throw new FramingError('HPE_INVALID_CONSTANT', 'the response does not begin with HTTP/1');
}

/** A head by the letter of the rules: no line is repaired. `isOld`: HTTP/1.0. */
function strictHead(bytes: Buffer): ResponseHead & { isOld: boolean } {
  const [first = '', ...lines] = bytes.toString('latin1', 0, bytes.length - 4).split('\r\n');
  const status = statusLine.exec(first);
  if (!status)
    throw new FramingError(
      first.startsWith('HTTP/1.') ? 'HPE_INVALID_STATUS' : 'HPE_INVALID_CONSTANT',
      'the response does not begin with a status line',
    );
  const refused = lines.find((line) => !headerLine.test(line) || blankBehindFraming.test(line));
  if (refused !== undefined) throw new FramingError('HPE_INVALID_HEADER_TOKEN', 'a header is malformed');
  return { ...readHead(bytes), isOld: status[1] === '0' };
}

function refuseTrailers(text: string): void {
  for (const line of text.split('\r\n').slice(0, -2)) {
    const [, name = ''] = headerLine.exec(line) ?? [];
    if (name === '') throw new FramingError('HPE_INVALID_HEADER_TOKEN', 'a trailer is malformed');
    if (/^(content-length|transfer-encoding|connection|keep-alive|upgrade)$/i.test(name))
      throw new FramingError('HPE_UNEXPECTED_CONTENT_LENGTH', `the trailer "${name}" comes too late`);
  }
}

/** Where the body ends, according to the head. Contradictions are refused. */
function bodyEndOf({ status, headers }: ResponseHead): { kind: BodyEnd; length: number } {
  const lengths = headers['content-length'] as string | string[] | undefined;
  const encodings = headers['transfer-encoding'] as string | string[] | undefined;
  if (lengths !== undefined && (Array.isArray(lengths) || !/^\d{1,15}$/.test(lengths)))
    throw new FramingError(
      Array.isArray(lengths) ? 'HPE_UNEXPECTED_CONTENT_LENGTH' : 'HPE_INVALID_CONTENT_LENGTH',
      Array.isArray(lengths) ? 'two lengths' : 'the length of the body is not a number',
    );
  if (lengths !== undefined && encodings !== undefined)
    throw new FramingError('HPE_INVALID_TRANSFER_ENCODING', 'both a length and chunks');
  if (encodings !== undefined && (Array.isArray(encodings) || encodings.toLowerCase() !== 'chunked'))
    throw new FramingError('HPE_INVALID_TRANSFER_ENCODING', 'a transfer encoding other than chunks');
  if (status < 200 || status === 204 || status === 304) return { kind: 'none', length: 0 };
  if (encodings !== undefined) return { kind: 'chunks', length: 0 };
  if (lengths !== undefined) return { kind: 'length', length: Number(lengths) };
  return { kind: 'close', length: 0 };
}

/**
 * Whether the connection may carry another response after this one, according to the head. llhttp reads the older name
 * of the header as well.
 */
function livesOn({ headers, isOld }: ResponseHead & { isOld: boolean }): boolean {
  const said = [headers.connection, headers['proxy-connection']].flatMap(listOf);
  const tokens = said.map((each) => each.trim().toLowerCase());
  return !tokens.includes('close') && (!isOld || tokens.includes('keep-alive'));
}

const listOf = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : [value].flat().flatMap((each) => each.split(','));

/** Contents of a head that is trusted. */
export function readHead(bytes: Uint8Array): ResponseHead {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const [first = '', ...lines] = text.split('\r\n');
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string>;
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, '');
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return { status: Number(first.split(' ', 2)[1]), headers };
}

/** A head that another parser has read, as bytes for `readHead`. */
export function headBytes({ status, headers }: ResponseHead): Uint8Array {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((each) => `${name}: ${each.replaceAll(/[\r\n]+/g, ' ')}`),
  );
  return Buffer.from([`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n'));
}
