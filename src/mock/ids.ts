import { randomBytes, randomUUID } from 'node:crypto';

const base32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
let serial = 0;

/** An id like those in the gateway's log: 26 characters, sorted by time, unique within this process. */
export function logId(wall: Date): string {
  serial++;
  return base32Digits(wall.getTime(), 10) + base32Digits(serial, 8) + processPart;
}

const processPart = Array.from(randomBytes(8), (byte) => base32.charAt(byte % 32)).join('');

function base32Digits(value: number, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest = Math.floor(rest / 32))
    digits = base32.charAt(rest % 32) + digits;
  return digits;
}

/** `<16 hex>-LHR`, like the marks of Cloudflare's edge. */
export const ray = (): string => `${rayPart}${(++serial).toString(16).padStart(8, '0')}-LHR`;

const rayPart = randomBytes(4).toString('hex');

export const uuid = (): string => randomUUID();
