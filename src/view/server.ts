import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oneLine } from '../base/text.ts';
import { UserError } from '../base/user-error.ts';
import { type PageFrame, servedDocument } from '../report/page/frame/document.ts';
import { markup } from '../report/page/frame/html.ts';
import { enter, type Entry, headers, segmentsOf } from './door.ts';
import { mainPart, viewFrame } from './frame.ts';
import { replyTo } from './routes.ts';
import { Viewer, type ViewerOptions } from './viewer.ts';

export interface ServerOptions extends ViewerOptions {
  /** 0: any free port. */
  port: number;
  /** Access token: 128 random bits as hexadecimal digits. */
  token: string;
}

export interface RunningViewer {
  /** With its token: the address to open first. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Starts a viewer on loopback. Throws a UserError if its port is taken. */
export async function startViewer({ port, token, ...options }: ServerOptions): Promise<RunningViewer> {
  const viewer = new Viewer(options);
  const door = { port, token };
  const server = createServer((request, response) => {
    const answered = async (): Promise<void> => answer(viewer, enter(door, request), response);
    void answered().catch((error: unknown) => {
      // A fault that a person can fix, such as an incomplete folder, is not a bug of ours: a page explains it.
      const status = error instanceof UserError ? 200 : 500;
      if (!response.headersSent)
        send(response, status, errorPage(viewer, 'This page could not be made', error));
      else response.destroy();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw new UserError(`The viewer cannot listen on port ${port}: ${(error as Error).message}`);
  });
  door.port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${door.port}/?token=${token}`,
    port: door.port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(viewer: Viewer, entry: Entry, response: ServerResponse): Promise<void> {
  if ('why' in entry) {
    const more = entry.status === 405 ? { allow: 'GET' } : {};
    send(response, entry.status, errorPage(viewer, 'Not shown', entry.why), more);
    return;
  }
  if ('location' in entry) {
    response
      .writeHead(303, {
        ...headers,
        location: entry.location,
        'set-cookie': entry.cookie,
      })
      .end();
    return;
  }
  const { admitted } = entry;
  const segments = segmentsOf(admitted.pathname);
  const reply = segments && (await replyTo(viewer, segments, admitted));
  if (reply === undefined)
    send(response, 404, errorPage(viewer, 'Not found', 'There is no such page, or no such run.'));
  else if ('page' in reply) send(response, 200, reply.page);
  else {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    response.writeHead(200, { ...headers, ...type }).end(JSON.stringify(reply.data));
  }
}

function send(
  response: ServerResponse,
  status: number,
  frame: PageFrame,
  more: Readonly<Record<string, string>> = {},
): void {
  const { html, policy } = servedDocument(frame);
  const type = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
  };
  response.writeHead(status, { ...headers, ...type, ...more }).end(html);
}

/** Errors are pages too: what they quote is escaped. */
function errorPage(viewer: Viewer, title: string, why: unknown): PageFrame {
  const words = why instanceof Error ? why.message : String(why);
  return viewFrame(viewer, {
    title,
    body: mainPart(title, markup`<p>${oneLine(words, 1000)}</p><p><a href="/">All runs</a></p>`),
  });
}
