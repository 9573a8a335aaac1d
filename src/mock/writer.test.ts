import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import type { Ms } from '../base/clock.ts';
import type { Packet, Reply } from './reply.ts';
import { ask } from './testing/client.ts';
import { machineNow, Timetable } from './timetable.ts';
import { Writer } from './writer.ts';

let reply: Reply;
let flushes: string[] = [];
const timetable = new Timetable();
const server = createServer((_request, response) =>
  new Writer(reply, response, timetable, machineNow()).start(),
);
server.on('connection', noteFlushes);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => server.close());

/** Records what each system call sends: node:net calls these once for each. */
function noteFlushes(socket: Socket): void {
  const write = socket._write.bind(socket);
  const writev = socket._writev!.bind(socket);
  socket._write = (chunk: Buffer | string, ...rest) => {
    flushes.push(chunk.toString());
    write(chunk, ...rest);
  };
  socket._writev = (chunks, ...rest) => {
    flushes.push(chunks.map(({ chunk }) => String(chunk)).join(''));
    writev(chunks, ...rest);
  };
}

const packet = (text: string, due: Ms): Packet => ({
  due,
  bytes: Buffer.from(text),
  frames: [{ kind: 'content', due }],
});

async function flushesOf(changes: Partial<Reply>): Promise<string[]> {
  flushes = [];
  const packets = ['one', 'two', 'three'].map((text) => packet(text, 0));
  const headers = { 'content-type': 'text/event-stream' };
  reply = {
    status: 200,
    headers,
    headersDue: 0,
    packets,
    ending: 'end',
    lingerMs: 0,
    joined: false,
    ...changes,
  };
  expect((await ask(url, '/')).text).toBe('onetwothree');
  return flushes.map((text) => text.replace(/^HTTP[^]*?\r\n\r\n/, 'head '));
}

test('a write for the head and one for each packet, the last with the end of the body', async () => {
  expect(await flushesOf({})).toEqual(['head ', '3\r\none\r\n', '3\r\ntwo\r\n', '5\r\nthree\r\n0\r\n\r\n']);
});

test('the end of the body may linger', async () => {
  expect((await flushesOf({ lingerMs: 5 })).slice(3)).toEqual(['5\r\nthree\r\n', '0\r\n\r\n']);
});

test('everything may leave in one write', async () => {
  expect(await flushesOf({ joined: true })).toEqual(['head 3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n']);
});

test('a body with its length is not chunked', async () => {
  const headers = { 'content-length': '11' };
  expect((await flushesOf({ headers })).join('')).toBe('head onetwothree');
});

test('packets that are not yet due wait for their instant', async () => {
  const start = machineNow();
  await flushesOf({ packets: [packet('one', 0), packet('two', 4), packet('three', 9)] });
  expect(machineNow() - start).toBeGreaterThanOrEqual(9);
});
