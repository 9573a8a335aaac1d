import { execFileSync } from 'node:child_process';
import { rm, symlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scratch, type Scratch } from '../cli/testing/gatebench.ts';
import { row } from '../report/sheet/testing/runs.ts';
import type { RunningViewer } from './server.ts';
import { ask, pathOf, storedRun, token, viewerOf, visit } from './testing/viewer.ts';

let home: Scratch;
let viewer: RunningViewer;
let run: string;
beforeAll(async () => {
  home = await scratch();
  const results = join(home.path, 'results');
  run = await storedRun(results, [row()]);
  const elsewhere = await storedRun(join(home.path, 'elsewhere'), [row()], {
    run_id: '20261123T031700Z-linked',
  });
  await symlink(elsewhere, join(results, 'smoke', '20261123T031700Z-linked'));
  const secret = await storedRun(results, [row()], { run_id: '20261124T031700Z-inside' });
  await symlink('/etc/hostname', join(secret, 'verdicts.csv'));
  const waiting = await storedRun(results, [row()], { run_id: '20261125T031700Z-apipe' });
  await rm(join(waiting, 'run.json'));
  execFileSync('mkfifo', [join(waiting, 'run.json')]);
  viewer = await viewerOf(results);
});
afterAll(async () => {
  await viewer.close();
  await home[Symbol.asyncDispose]();
});

const cookie = (value = token): Record<string, string> => ({ cookie: `gatebench-${viewer.port}=${value}` });

describe('the door', () => {
  test('listens on loopback alone', () => {
    expect(viewer.url).toBe(`http://127.0.0.1:${viewer.port}/?token=${token}`);
  });

  test('lets in who brings the token, by a cookie of this port, at an address without it', async () => {
    const { status, headers } = await ask(viewer.port, `/compare?before=a&token=${token}`);
    expect(status).toBe(303);
    expect(headers['location']).toBe('/compare?before=a');
    expect(headers['set-cookie']).toEqual([
      `gatebench-${viewer.port}=${token}; HttpOnly; SameSite=Strict; Path=/`,
    ]);
    expect((await ask(viewer.port, '/', { headers: cookie() })).status).toBe(200);
  });

  test.each<[string, number, () => [string, Parameters<typeof ask>[2]?]]>([
    ['nobody without the token', 401, () => ['/']],
    ['nobody with a wrong one', 401, () => [`/?token=${token.replace('0', '1')}`]],
    ['nobody with a part of it', 401, () => [`/?token=${token.slice(0, -1)}`]],
    ['no empty one', 401, () => ['/?token=']],
    ['no wrong cookie', 401, () => ['/', { headers: cookie('x'.repeat(32)) }]],
    ['no cookie of another port', 401, () => ['/', { headers: { cookie: `gatebench-1=${token}` } }]],
    [
      'no other name of this machine',
      421,
      () => ['/', { headers: { ...cookie(), host: `evil.example:${viewer.port}` } }],
    ],
    ['not its own name at another port', 421, () => ['/', { headers: { ...cookie(), host: 'localhost:1' } }]],
    [
      'no page that another site asks for',
      403,
      () => ['/', { headers: { ...cookie(), 'sec-fetch-site': 'cross-site' } }],
    ],
    ['no page of a neighbor', 403, () => ['/', { headers: { ...cookie(), 'sec-fetch-site': 'same-site' } }]],
    [
      'no page that a browser without such a mark asks for on behalf of another site',
      403,
      () => ['/', { headers: { ...cookie(), origin: 'http://evil.example' } }],
    ],
    ['no page without an origin of its own', 403, () => ['/', { headers: { ...cookie(), origin: 'null' } }]],
    ['no other method', 405, () => ['/', { method: 'POST', headers: cookie() }]],
    ['no deleting', 405, () => [pathOf(run), { method: 'DELETE', headers: cookie() }]],
    ['no asking what is allowed from elsewhere', 405, () => ['/', { method: 'OPTIONS', headers: cookie() }]],
    ['nothing above the results', 404, () => ['/run/..%2f..%2fetc/passwd', { headers: cookie() }]],
    [
      'no path within a segment',
      404,
      () => ['/run/smoke%2F..%2Fsmoke/20261122T031700Z-abcdef', { headers: cookie() }],
    ],
    ['nothing that is no address', 404, () => ['/\\[', { headers: cookie() }]],
    ['nothing of another host', 404, () => ['/\\evil.example/', { headers: cookie() }]],
    ['no path that is not well formed', 404, () => ['/run/%ff/x', { headers: cookie() }]],
    [
      'no link that leads out of the results',
      404,
      () => ['/run/smoke/20261123T031700Z-linked', { headers: cookie() }],
    ],
    [
      'no file that leads out of its run',
      404,
      () => ['/run/smoke/20261124T031700Z-inside', { headers: cookie() }],
    ],
    [
      'no pipe, which would keep it waiting',
      404,
      () => ['/run/smoke/20261125T031700Z-apipe', { headers: cookie() }],
    ],
    ['no name of an object', 404, () => ['/run/__proto__/constructor', { headers: cookie() }]],
    ['no other host in the line', 404, () => [`//evil.example/`, { headers: cookie() }]],
  ])('lets in %s: %i', async (_what, status, asked) => {
    const [path, options] = asked();
    const answer = await ask(viewer.port, path, options);
    expect(answer.status).toBe(status);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.text).not.toContain(token);
  });

  test('never sends anybody to another host', async () => {
    const { headers } = await ask(viewer.port, `/.//evil.example/?token=${token}`);
    expect(headers['location']).toBe('/evil.example/');
  });

  test('no answer, not even an error, may be cached, framed, sniffed or passed on', async () => {
    for (const path of ['/', '/none', pathOf(run), `${pathOf(run)}/live?after=0`]) {
      const { headers } = await visit(viewer.port, path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    const { headers } = await visit(viewer.port, '/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'/);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  test('survives data that is not HTTP', async () => {
    const socket = connect(viewer.port, '127.0.0.1');
    socket.end('GET nonsense\r\n\r\n');
    await once(socket.resume(), 'close');
    expect((await visit(viewer.port, '/')).status).toBe(200);
  });

  test('refuses a request that names two hosts', async () => {
    const socket = connect(viewer.port, '127.0.0.1');
    let told = '';
    socket.on('data', (bytes: Buffer) => (told += bytes.toString()));
    const own = `127.0.0.1:${viewer.port}`;
    socket.write(`GET / HTTP/1.1\r\nhost: ${own}\r\nhost: evil.example\r\nconnection: close\r\n\r\n`);
    await once(socket, 'close');
    expect(told).toMatch(/^HTTP\/1.1 421/);
  });

  test('says in one sentence that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(viewerOf(home.path, { port })).rejects.toThrow(`The viewer cannot listen on port ${port}`);
    taken.close();
  });
});
