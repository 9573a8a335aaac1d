import { once } from 'node:events';
import { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** Lets a server listen on a free port of loopback. It is closed with its owner, with all its connections. */
export async function listening(
  server: Server,
): Promise<AsyncDisposable & { readonly port: number; readonly url: string }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      if (server instanceof HttpServer) server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port of loopback on which nothing listens. */
export async function freePort(): Promise<number> {
  await using probe = await listening(createServer());
  return probe.port;
}
