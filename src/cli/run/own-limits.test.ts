import { spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compileCache } from '../../base/compile-cache.ts';
import { finishedOf, spawn, type Finished } from '../../base/testing/programs.ts';
import { goodFrames, sendFrames, serve, type TestServer } from '../../wire/testing/server.ts';
import type { RequestRow } from '../../journal/request-columns.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { readRequests } from '../../journal/read-journal.ts';
import { scratch } from '../testing/gatebench.ts';

const bin = fileURLToPath(new URL('../../bin.ts', import.meta.url));
const prompts = 30;
/** Time that the server takes for an answer: long enough for many to be in flight. */
const answerMs = 60;

const suite = [
  'version: 1',
  'name: limits',
  'models: [custom-ollama/m]',
  `prompts: [{ id: p, prompt: "Number {{n}}?", matrix: { n: [${Array.from({ length: prompts }, (_, n) => n).join(', ')}] } }]`,
  'run: { repeat: 4, warmup: 0, concurrency: 24, retry: { max: 0 } }',
  '',
].join('\n');

interface Limited {
  pid: number;
  finished: Promise<Finished>;
}

/** Starts the program in a shell that may open this many files. */
function startLimited(args: readonly string[], cwd: string, files: number | undefined): Limited {
  const limit = files === undefined ? '' : `ulimit -n ${files}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, bin, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...compileCache(), XDG_STATE_HOME: join(cwd, '.state') },
  });
  return { pid: child.pid!, finished: finishedOf(child) };
}

/** A server on which each answer needs a connection of its own. */
function closingServer(): Promise<TestServer> {
  return serve((response: ServerResponse) => {
    response.setHeader('connection', 'close');
    setTimeout(() => sendFrames(response, goodFrames()), answerMs);
  });
}

const runArgs = (url: string, out: string): string[] => [
  ...['run', 'limits.yaml', '--route', 'local', '--base-url', url, '--seed', '1'],
  ...['--out', out],
];

interface Ended {
  result: Finished;
  rows: RequestRow[];
  manifest: Manifest;
  models: string;
}

async function read(folder: string, finished: Promise<Finished>): Promise<Ended> {
  const result = await finished;
  return {
    result,
    rows: await Array.fromAsync(readRequests(folder)),
    manifest: JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as Manifest,
    models: await readFile(join(folder, 'models.csv'), 'utf8'),
  };
}

const filesWithoutSockets = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return !readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

describe.skipIf(process.platform !== 'linux')('a shell that may open few files', () => {
  test('fewer requests are in flight, which plan and run say, and nothing fails', async () => {
    await using cwd = await scratch();
    await using server = await closingServer();
    await writeFile(join(cwd.path, 'limits.yaml'), suite);
    const planned = await startLimited(['plan', 'limits.yaml', '--route', 'local'], cwd.path, 60).finished;
    expect(planned.stdout).toMatch(/may open 60 files/);
    const out = join(cwd.path, 'out');
    const { result, rows, manifest } = await read(
      out,
      startLimited(runArgs(server.url, out), cwd.path, 60).finished,
    );
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toMatch(/may open 60 files at a time, so at most \d+ instead of 24 requests/);
    expect(manifest.notes.map(({ text }) => text).join()).toContain('ulimit -n');
    expect(rows.map(({ status }) => status)).toEqual(Array<string>(prompts * 4).fill('ok'));
    expect(Math.max(...rows.map(({ in_flight }) => in_flight ?? 0))).toBeLessThan(24);
  });

  test('too few for a single request: refused before anything is sent', async () => {
    await using cwd = await scratch();
    await writeFile(join(cwd.path, 'limits.yaml'), suite);
    const args = runArgs('http://127.0.0.1:9', join(cwd.path, 'out'));
    const { code, stderr } = await startLimited(args, cwd.path, 40).finished;
    expect(code).toBe(2);
    expect(stderr).toContain('ulimit -n');
  });

  test.skipIf(!hasPrlimit)('a limit that falls in mid-run: sent again, no failure of the model', async () => {
    await using cwd = await scratch();
    await using server = await closingServer();
    await writeFile(join(cwd.path, 'limits.yaml'), suite);
    const out = join(cwd.path, 'out');
    const { pid, finished } = startLimited(runArgs(server.url, out), cwd.path, undefined);
    const over = finished.then(() => true);
    while (server.received.length < 60 && !(await Promise.race([over, delay(5, false)])));
    spawnSync('prlimit', ['--pid', String(pid), `--nofile=${filesWithoutSockets(pid) + 9}`]);
    const { result, rows, manifest, models } = await read(out, finished);
    const unsent = rows.filter(({ error_code }) => error_code === 'EMFILE');
    expect(unsent.length).toBeGreaterThan(0);
    for (const { error_family, final } of unsent)
      expect({ error_family, final }).toEqual({ error_family: 'client', final: false });
    // `retry.max` is 0: none of the model's attempts was used up, and all requests were answered.
    expect(rows.filter(({ final }) => final).map(({ status }) => status)).toEqual(
      Array<string>(prompts * 4).fill('ok'),
    );
    expect(manifest.notes.map(({ text }) => text).join()).toMatch(
      /not the model's fault.*From now on, at most 12 in flight/,
    );
    const [header, row] = models.split('\n').map((line) => line.split(','));
    expect(row![header!.indexOf('error_rate')]).toBe('0.000000');
    expect(result.stdout).toContain('this machine could not send');
    expect(result.code).toBe(0);
  });
});
