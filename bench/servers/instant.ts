import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { certificate, key } from '../../src/wire/testing/certificate.ts';

/**
 * An HTTP server that costs next to nothing: it looks for the end of a request and writes a prepared answer. Below
 * `/stream` that is a stream, one frame per turn of the loop, so that frames arrive one by one as from a model. Below
 * `/stream/<n>` it has n frames. Its clients must not send a request before they have the previous answer.
 */
const defaultFrames = 200;
const head = {
  id: 'chatcmpl-1',
  created: 1_750_000_000,
  model: 'sim-instant',
  system_fingerprint: 'fp_ollama',
};
const usageOf = (frames: number): object => ({
  prompt_tokens: 9,
  completion_tokens: frames,
  total_tokens: frames + 9,
});

const chunked = (text: string): Buffer => Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
const frame = (fields: object): Buffer =>
  chunked(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...fields })}\n\n`);

const message = { role: 'assistant', content: 'Short it is.' };
const completion = JSON.stringify({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  usage: usageOf(defaultFrames),
});
const whole = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${completion.length}\r\n\r\n${completion}`;
const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const textFrame = frame({ choices: [{ index: 0, delta: { content: ' word' }, finish_reason: null }] });
const endings = new Map<number, Buffer>();

function endingOf(frames: number): Buffer {
  let ending = endings.get(frames);
  if (ending === undefined) {
    ending = Buffer.concat([
      frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
      frame({ choices: [], usage: usageOf(frames) }),
      chunked('data: [DONE]\n\n'),
      chunked(''),
    ]);
    endings.set(frames, ending);
  }
  return ending;
}

function stream(socket: Socket, frames: number): void {
  let left = frames;
  const ending = endingOf(frames);
  const next = (): void => {
    if (socket.destroyed) return;
    socket.write(left > 0 ? textFrame : ending);
    if (left-- > 0) setImmediate(next);
  };
  socket.write(streamHead);
  setImmediate(next);
}

const isTls = process.argv[2] === 'tls';
const serve = (socket: Socket): void => {
  let text = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (end === -1 || text.length < end + 4 + length) return;
    const asked = /^POST \/stream\/(?:(\d+)\/)?/.exec(text);
    if (asked) stream(socket, Number(asked[1] ?? defaultFrames));
    else socket.write(whole);
    text = '';
  });
};
const server = isTls
  ? createTlsServer({ noDelay: true, key, cert: certificate }, serve)
  : createServer({ noDelay: true }, serve);

// If its parent ends in any way, its standard input ends too.
process.stdin.resume().on('close', () => process.exit(0));
server.listen(0, '127.0.0.1', () =>
  console.log(`${isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
