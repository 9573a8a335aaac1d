import type { Failure } from '../measure/exchange.ts';

/**
 * Numbers reported for every request. Instants are on the clock of the thread that stamps them. NaN if it did not get
 * that far.
 */
export class Cells {
  id = NaN;
  /** Its turn came: it needed a connection. */
  begunAt = NaN;
  sentAt = NaN;
  /** Wall-clock time of `sent`, or of giving up if nothing was sent: milliseconds since 1970. */
  startedWall = NaN;
  /** The call that hands the bytes to the socket had returned. */
  handedOverAt = NaN;
  /** The socket had accepted all of them. */
  writtenAt = NaN;
  /** The head of the response was complete. */
  headAt = NaN;
  bodyEndAt = NaN;
  /** Bound on the lateness of `bodyEndAt`, without the wait for a processor. */
  bodyEndLag = NaN;
  endAt = NaN;
  /** Requests in flight when it was sent, including itself. */
  inFlight = NaN;
  /** How often it was sent again because the server had closed a kept connection. */
  resends = NaN;
  /** 1: the connection had carried a request before. 0: it was opened for this one. */
  reused = NaN;
  dnsMs = NaN;
  connectMs = NaN;
  tlsMs = NaN;
}

const cellNames = Object.keys(new Cells()) as (keyof Cells)[];

/** How a request failed, as seen by the wire. */
export interface WireFailure extends Failure {
  /** The connection was lost, or broke the rules of HTTP. The part of an answer before that may be read. */
  isLost: boolean;
}

/** What the wire knows about a finished request: instants, and bytes as they came. Nothing is decoded. */
export interface WireRecord {
  readonly cells: Readonly<Cells>;
  /** Three numbers per read: its instant, the end of its bytes in the body, and the bound on its lateness. */
  readonly reads: Float64Array;
  /** Status line and headers. Empty if there were none. */
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  /** Absent if the body came to its end, or if the wire only saw that reading could stop. */
  readonly failure?: WireFailure | undefined;
}

export const numbersPerRead = 3;

/** The requests that ended in one turn of the loop. */
export interface Batch {
  /** Pairs of an instant and the total time that the thread had waited for a processor by then. */
  track: Float64Array;
  records: WireRecord[];
}

/** Numbers before those of the records. */
const batchCells = 2;
/** In addition to its cells: number of reads, and of bytes of head, body and failure. */
const lengthCells = 4;
const perRecord = cellNames.length + lengthCells;
const none = new Uint8Array();
const bytesPerNumber = Float64Array.BYTES_PER_ELEMENT;

/**
 * One block of memory that can be handed to another thread as it is. First all numbers: how many records and pairs of
 * the track, the track, then each record's cells, lengths and reads. After them the bytes, in the same order.
 */
export function pack({ track, records }: Batch): ArrayBuffer {
  const failures = records.map(({ failure }) => (failure ? Buffer.from(JSON.stringify(failure)) : none));
  let numberCount = batchCells + track.length;
  let byteCount = 0;
  for (const [index, { reads, head, body }] of records.entries()) {
    numberCount += perRecord + reads.length;
    byteCount += head.length + body.length + failures[index]!.length;
  }
  const block = new ArrayBuffer(numberCount * bytesPerNumber + byteCount);
  const numbers = new Float64Array(block, 0, numberCount);
  const bytes = new Uint8Array(block, numberCount * bytesPerNumber);
  numbers[0] = records.length;
  numbers[1] = track.length;
  numbers.set(track, batchCells);
  let place = batchCells + track.length;
  let byte = 0;
  for (const [index, record] of records.entries()) {
    for (const name of cellNames) numbers[place++] = record.cells[name];
    const parts = [record.head, record.body, failures[index]!];
    numbers[place++] = record.reads.length;
    for (const part of parts) {
      numbers[place++] = part.length;
      bytes.set(part, byte);
      byte += part.length;
    }
    numbers.set(record.reads, place);
    place += record.reads.length;
  }
  return block;
}

/** Unpacks a block. Reads, heads and bodies are views of it. */
export function unpack(block: ArrayBuffer): Batch {
  // Its end reaches into the bytes behind the numbers.
  const all = new Float64Array(block, 0, Math.floor(block.byteLength / bytesPerNumber));
  // One by one: to take a list apart makes an object for each of its numbers.
  const recordCount = all[0]!;
  const trackLength = all[1]!;
  const records: WireRecord[] = [];
  let place = batchCells + trackLength;
  let byte = numbersIn(all, recordCount, trackLength) * bytesPerNumber;
  const bytes = (length: number): Uint8Array => {
    byte += length;
    return new Uint8Array(block, byte - length, length);
  };
  for (let n = 0; n < recordCount; n++) {
    const cells = new Cells();
    for (const name of cellNames) cells[name] = all[place++]!;
    const readLength = all[place++]!;
    const head = all[place++]!;
    const body = all[place++]!;
    const failure = all[place++]!;
    const record = {
      cells,
      reads: all.subarray(place, place + readLength),
      head: bytes(head),
      body: bytes(body),
    };
    place += readLength;
    records.push(failure === 0 ? record : { ...record, failure: failureIn(bytes(failure)) });
  }
  return { track: all.subarray(batchCells, batchCells + trackLength), records };
}

function failureIn(bytes: Uint8Array): WireFailure {
  return JSON.parse(new TextDecoder().decode(bytes)) as WireFailure;
}

/** End of the numbers. */
function numbersIn(all: Float64Array, records: number, trackLength: number): number {
  let place = batchCells + trackLength;
  for (let n = 0; n < records; n++) place += perRecord + all[place + cellNames.length]!;
  return place;
}

/** For a request about which the wire can report nothing. */
export function emptyRecord(cells: Partial<Cells>, failure: WireFailure): WireRecord {
  return {
    cells: Object.assign(new Cells(), { resends: 0 }, cells),
    reads: new Float64Array(),
    head: new Uint8Array(),
    body: new Uint8Array(),
    failure,
  };
}
