import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { dirname } from 'node:path';

export interface Call {
  args: string[];
  cwd: string;
  env: Record<string, string>;
  /** Its standard input, if `--input -` says that there is one. */
  input: string;
}

export interface Answered {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * A program at `path` that scripts start like any other, but that is answered in this process: a separate Node would
 * take a third of a second of processor time for each call.
 */
export async function programHere(
  path: string,
  answer: (call: Call) => Answered | Promise<Answered>,
): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
    void heard(socket).then(async ([id, cwd, count, ...rest]) => {
      const args = rest.slice(0, Number(count));
      const settings = rest.slice(args.length).map((line) => line.split(/=([^]*)/, 2));
      const env = Object.fromEntries(settings) as Record<string, string>;
      const input = args.join(' ').includes('--input -') ? await readFile(`${id}.in`, 'utf8') : '';
      const { code, stdout, stderr } = await answer({ ...{ args, cwd: cwd!, input }, env });
      await Promise.all([writeFile(`${id}.out`, stdout), writeFile(`${id}.err`, stderr)]);
      socket.end(`${code}\n`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, script((server.address() as AddressInfo).port), { mode: 0o755 });
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const end = '\0end\0';

/** The arguments of a call. */
function heard(socket: Socket): Promise<string[]> {
  let text = '';
  return new Promise((resolve) => {
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.endsWith(end)) resolve(text.slice(0, -end.length).split('\0'));
    });
  });
}

const script = (port: number): string => `#!/bin/bash
me=$0.$$
case " $* " in *' --input - '*) cat >"$me.in" ;; esac
exec 3<>/dev/tcp/127.0.0.1/${port}
{ printf '%s\\0' "$me" "$PWD" "$#" "$@"; env -0; printf 'end\\0'; } >&3
read -r code <&3
cat "$me.out"
cat "$me.err" >&2
exit "$code"
`;
