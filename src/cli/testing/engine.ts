import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ends } from '../../base/testing/ends.ts';
import { freePort } from '../../base/testing/listening.ts';
import { spawn } from '../../base/testing/programs.ts';
import { scratchFolder } from '../../base/testing/scratch.ts';

const folder = process.env['GATEBENCH_ENGINE'];
const inFolder = (pattern: string): string | undefined =>
  folder === undefined || !existsSync(folder) ? undefined : globSync(join(folder, '**', pattern))[0];
const server = inFolder('llama-server');
const weights = inFolder('*.gguf');
const remedy =
  "set GATEBENCH_ENGINE to a folder that holds llama.cpp's llama-server and a small model's .gguf, as .ci/run does";

/** Why tests on a real engine are skipped. Undefined if there is one, or if the tools are required. */
export const withoutEngine =
  (server === undefined || weights === undefined) && process.env['GATEBENCH_REQUIRE_TOOLS'] === undefined
    ? `NOT TRIED ON A REAL ENGINE: ${remedy}`
    : undefined;

/** The engine's own log entry for one request. */
export interface Served {
  /** Tokens of the prompt that were processed, without those from its cache. */
  promptTokens: number;
  promptMs: number;
  completionTokens: number;
  completionMs: number;
}

export interface Engine extends AsyncDisposable {
  baseUrl: string;
  /** For all finished requests, in the order in which they ended. */
  served(): Served[];
  /** Ends it like a crash, and starts it again on the same port. */
  crash(): Promise<void>;
}

/** llama.cpp's server on its own port, with one thread and one slot, answering to these names. */
export async function startEngine(names: readonly string[]): Promise<Engine> {
  if (server === undefined || weights === undefined)
    throw new Error(`GATEBENCH_REQUIRE_TOOLS is set, but no engine was found: ${remedy}`);
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  await using ended = new Ends();
  const home = ended.use(await scratchFolder());
  let log = '';
  const begin = async (): Promise<ChildProcess> => {
    const args = [
      ...['-m', weights, '--host', '127.0.0.1', '--port', String(port), '--alias', names.join()],
      ...['-t', '1', '-np', '1', '-c', '2048', '--offline', '--jinja'],
    ];
    const child = spawn(server, args, {
      env: { ...process.env, LD_LIBRARY_PATH: dirname(server) },
      cwd: home.path,
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (log += text));
    for (const deadline = Date.now() + 30_000; ;) {
      const isUp = await fetch(`http://127.0.0.1:${port}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isUp) return child;
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the engine did not start:\n${log}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  let child = await begin();
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  };
  ended.defer(end);
  const owned = ended.move();
  return {
    baseUrl,
    served: () => servedIn(log),
    async crash() {
      await end();
      child = await begin();
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** `prompt eval time = 489.87 ms / 34 tokens (…)`, then `eval time = …` of the same request. */
function servedIn(log: string): Served[] {
  const line = (name: string): RegExp =>
    new RegExp(`\\| ${name} time =\\s*([\\d.]+) ms /\\s*(\\d+) tokens`, 'g');
  const evals = [...log.matchAll(line('\\s*eval'))];
  return [...log.matchAll(line('prompt eval'))].slice(0, evals.length).map((prompt, index) => ({
    promptMs: Number(prompt[1]),
    promptTokens: Number(prompt[2]),
    completionMs: Number(evals[index]![1]),
    completionTokens: Number(evals[index]![2]),
  }));
}
