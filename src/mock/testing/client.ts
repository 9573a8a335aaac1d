import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export const compat = '/v1/account/gateway/compat/chat/completions';
export const provider = '/v1/account/gateway/custom-ollama/v1/chat/completions';
export const direct = '/v1/chat/completions';

/** A chat body. The content distinguishes requests. */
export const chat = (model: string, more: object = {}, content = 'hello'): object => ({
  model,
  messages: [{ role: 'user', content }],
  ...more,
});

export const streamed = { stream: true, stream_options: { include_usage: true } };

/** One request with node:http on a connection of its own. */
export async function ask(
  url: string,
  path: string,
  { method, headers = {}, body }: Asked = {},
): Promise<Got> {
  const sent = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const outgoing = request(new URL(path, url), {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...headers },
    agent: false,
  });
  outgoing.end(sent);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: incoming.statusCode!, headers: incoming.headers, text: await text(incoming) };
}

export const json = (got: Got): unknown => JSON.parse(got.text);

/** The data of every event, including `[DONE]`, without comments. */
export const events = ({ text: body }: Got): string[] =>
  body.split(/\r?\n\r?\n/).flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? []);

/** Data from a raw socket until the server closed it, read by read. */
export interface Raw {
  reads: Buffer[];
  /** The connection ended with a reset. */
  wasReset: boolean;
}

/** One request over node:net, `connection: close`. */
export async function rawAsk(
  port: number,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Raw> {
  const sent = JSON.stringify(body);
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const lines = Object.entries({
    host: 'mock',
    connection: 'close',
    'content-length': String(Buffer.byteLength(sent)),
    ...headers,
  });
  socket.write(
    `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${sent}`,
  );
  const raw: Raw = { reads: [], wasReset: false };
  socket.on('data', (bytes: Buffer) => raw.reads.push(bytes));
  socket.on('error', (error: NodeJS.ErrnoException) => (raw.wasReset = error.code === 'ECONNRESET'));
  await new Promise((resolve) => socket.on('close', resolve));
  return raw;
}
