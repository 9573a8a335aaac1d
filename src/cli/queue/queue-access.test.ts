import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  freePort,
  startPostgres,
  startRedis,
  type TestServer,
  withoutOpenssl,
  withoutPostgres,
  withoutRedis,
} from '../../queue/testing/queue-servers.ts';
import { gatebench, scratch, type Scratch, start } from '../testing/gatebench.ts';
import { suiteOf, trial } from './testing/trial.ts';

/** Of the user who may do everything, and of one who may not. */
const password = 'correct-horse-battery';
const weak = 'horse-without-rights';

const acl = `
user default on >${password} ~* &* +@all
user reader on >${weak} ~* &* +@read +info
user other on >${weak} ~other:* &* +@all
user blind on >${weak} ~* &* +@all -info
`;

describe.skipIf(withoutRedis !== undefined || withoutOpenssl !== undefined)(
  'a Redis with users, a password and TLS',
  () => {
    let folder: Scratch;
    let queue: TestServer;
    let tlsPort: number;
    beforeAll(async () => {
      folder = await scratch();
      const [key, certificate, aclFile] = ['key.pem', 'certificate.pem', 'acl'].map((name) =>
        join(folder.path, name),
      );
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
          ...['-keyout', key!, '-out', certificate!, '-days', '3', '-subj', '/CN=localhost'],
          ...['-addext', 'subjectAltName=DNS:localhost'],
        ],
        { stdio: 'ignore' },
      );
      await writeFile(aclFile!, acl.trimStart());
      tlsPort = await freePort();
      const tls = ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'];
      const files = [
        '--tls-key-file',
        key!,
        '--tls-cert-file',
        certificate!,
        '--tls-ca-cert-file',
        certificate!,
      ];
      queue = await startRedis({ settings: [...tls, ...files, '--aclfile', aclFile!] });
      await writeFile(join(folder.path, 'trial.yaml'), JSON.stringify(suiteOf({ prompts: 1 })));
    });
    afterAll(async () => {
      await queue[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    });

    test.each([
      ['redis://localhost:PLAIN', /refused the user or the password: NOAUTH.*redis:\/\/:password@host/],
      [`redis://${password}@localhost:PLAIN`, /refused the user .*The address has no password/],
      ['redis://:wrong-horse-battery@localhost:PLAIN', /refused the user or the password: WRONGPASS/],
      [
        `redis://reader:${weak}@localhost:PLAIN`,
        /does not let this user do what a queue needs: NOPERM.*compose\.yaml/,
      ],
      [`redis://other:${weak}@localhost:PLAIN`, /does not let this user do what a queue needs: NOPERM/],
      [`redis://blind:${weak}@localhost:PLAIN`, /does not let this user do what a queue needs: NOPERM/],
      [`redis://:${password}@localhost:PLAIN/99`, /cannot be reached: ERR DB index is out of range/],
      [
        `redis://:${password}@localhost:PLAIN/jobs`,
        /a Redis database is a number, as in redis:\/\/localhost:\d+\/0/,
      ],
      [`rediss://:${password}@localhost:TLS`, /certificate that is not trusted here: .*NODE_EXTRA_CA_CERTS/],
      [
        `redis://:${password}@localhost:TLS`,
        /cannot be reached: .*Does it use TLS\? The address does not say so/,
      ],
    ])('%s: both name it in one line, exit 2', async (url, expected) => {
      const address = url.replace('PLAIN', String(queue.port)).replace('TLS', String(tlsPort));
      for (const command of [
        ['run', 'trial.yaml'],
        ['worker', '--no-calibrate'],
      ]) {
        const { code, stdout, stderr } = await gatebench([...command, '--queue', address], folder.path);
        expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(expected)]);
        expect(
          stderr
            .trim()
            .split('\n')
            .filter((line) => !line.startsWith('warning: ')),
        ).toHaveLength(1);
        expect(stderr).not.toMatch(/horse-(battery|without)/);
      }
    });

    test('a run keeps its password to itself: in its files, and in what it and its worker say', async () => {
      await using cwd = await scratch();
      await using t = await trial(
        cwd.path,
        `redis://:${password}@localhost:${queue.port}`,
        suiteOf({ prompts: 2 }),
      );
      const worker = t.worker();
      const { code, stdout, stderr } = await t.run().finished;
      worker.stop();
      expect([code, (await worker.finished).code], stderr).toEqual([0, 0]);
      const folder = await t.folder();
      const files = await readdir(folder);
      expect(files).toContain('run.json');
      const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'latin1')));
      for (const text of [stdout, stderr, worker.said(), ...texts]) expect(text).not.toContain(password);
    });

    test('what is in order is spoken to over TLS, and a password on the command line is warned of', async () => {
      const address = `rediss://:${password}@localhost:${tlsPort}`;
      const { code, stderr } = await start(
        ['run', 'trial.yaml', '--queue', address, '--worker-timeout', '1ms'],
        folder.path,
        { NODE_EXTRA_CA_CERTS: join(folder.path, 'certificate.pem') },
      ).finished;
      expect([code, stderr]).toEqual([3, expect.stringContaining('no worker came within')]);
      expect(stderr).toContain('can see the password in the list of processes; set GATEBENCH_QUEUE_URL');
      expect(stderr).not.toContain('horse');
    });
  },
);

test.skipIf(withoutRedis !== undefined)('servers that take no jobs are named, exit 2', async () => {
  await using cwd = await scratch();
  await using full = await startRedis({
    settings: ['--maxmemory', '1mb', '--maxmemory-policy', 'noeviction'],
  });
  await using replica = await startRedis({ settings: ['--replicaof', '127.0.0.1', String(full.port)] });
  await using forgetful = await startRedis({ settings: ['--maxmemory-policy', 'allkeys-lru'] });
  for (const [{ url }, expected] of [
    [forgetful, /drops jobs .*maxmemory-policy is allkeys-lru.*noeviction/],
    [full, /cannot be used: OOM command not allowed/],
    [replica, /cannot be used: READONLY/],
  ] as const) {
    await using t = await trial(cwd.path, url, suiteOf({ prompts: 1 }));
    const { code, stderr } = await t.run().finished;
    expect([code, stderr]).toEqual([2, expect.stringMatching(expected)]);
  }
});

describe.skipIf(withoutPostgres !== undefined)('a PostgreSQL', () => {
  let queue: TestServer;
  beforeAll(async () => {
    queue = await startPostgres();
    const { Client } = await import('pg');
    const client = new Client(queue.url);
    await client.connect();
    await client.query('create user weak');
    await client.end();
  });
  afterAll(() => queue[Symbol.asyncDispose]());

  test.each([
    ['tester', 'nowhere', '', /has no such database: database "nowhere" does not exist/],
    ['nobody', 'postgres', '', /refused the user or the password: role "nobody" does not exist/],
    [
      'weak',
      'postgres',
      '',
      /does not let this user do what a queue needs: permission denied.*create a schema/,
    ],
    ['tester', 'postgres', '?sslmode=require', /does not use TLS: .*Leave out sslmode/],
  ])('user %s, database %s%s: named in one line, exit 2', async (user, database, query, expected) => {
    await using cwd = await scratch();
    const address = `postgres://${user}@127.0.0.1:${queue.port}/${database}${query}`;
    await using t = await trial(cwd.path, address, suiteOf({ prompts: 1 }));
    const { code, stderr } = await t.run().finished;
    expect([code, stderr]).toEqual([2, expect.stringMatching(expected)]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

test('workers are of a queue', async () => {
  await using cwd = await scratch();
  await using t = await trial(cwd.path, '', suiteOf({ prompts: 1 }));
  for (const [args, expected] of [
    [['--workers', '3'], /--workers counts workers of a queue: add --queue/],
    [
      ['--queue', 'redis://127.0.0.1:1', '--base-url', 'http://127.0.0.1:2'],
      /--base-url: .* Give it to gatebench worker/,
    ],
    [['--queue', 'redis://127.0.0.1:1', '--provider-key'], /--provider-key: .* Give it to gatebench worker/],
  ] as const) {
    const { code, stderr } = await gatebench(['run', 'trial.yaml', ...args], t.cwd);
    expect([code, stderr]).toEqual([2, expect.stringMatching(expected)]);
  }
});
