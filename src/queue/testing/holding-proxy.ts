import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a program and a Redis. */
export interface HoldingProxy extends AsyncDisposable {
  url: string;
  /** The key of the first job that it was to remove: that command, and whatever follows on its connection, never arrives. */
  held: Promise<string>;
}

/** The removal of a job is the engine's only script with two keys of which the first is that of a request's job. */
const removal = /\r\n\$1\r\n2\r\n\$\d+\r\n(bull:gb-[^\r]+-jobs[^\r]*:[0-9a-f]{40})\r\n/;

/** Passes everything on to the Redis at a port of this machine, but for removals of jobs. */
export async function startHolding(port: number): Promise<HoldingProxy> {
  const { promise: held, resolve } = Promise.withResolvers<string>();
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    let holds = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => other.destroy());
    }
    server.pipe(client);
    client.on('data', (bytes: Buffer) => {
      const key = removal.exec(bytes.toString('latin1'))?.[1];
      holds ||= key !== undefined;
      if (key !== undefined) resolve(key);
      if (!holds) server.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `redis://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    held,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
