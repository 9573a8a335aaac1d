import { once } from 'node:events';
import { expect, test } from 'vitest';
import { gatebench, scratch, start } from './testing/gatebench.ts';

test('a mode plays a set-up, and doctor finds it at the address that is printed', async () => {
  await using cwd = await scratch();
  const { child, finished } = start(
    ['serve', '--mode', 'no-stored-key', '--speed', '20', '--json'],
    cwd.path,
  );
  try {
    const [line] = (await once(child.stdout!, 'data')) as [string];
    const { mode, base_url, token } = JSON.parse(line) as { mode: string; base_url: string; token: string };
    expect(mode).toBe('no-stored-key');
    const args = ['doctor', '--quiet', '--models', 'custom-ollama/sim-swift', '--base-url', base_url];
    const { code, stdout } = await gatebench(args, cwd.path, { CF_AIG_TOKEN: token });
    expect(code).toBe(2);
    expect(stdout).toContain('✗ the provider wants a key');
  } finally {
    child.kill('SIGTERM');
    expect((await finished).code).toBe(0);
  }
});

test.each([
  ['key-refused', '✗ the provider refused the key'],
  ['base-url-api-replaced', "✗ the provider's base URL ends in /api"],
  ['api-token', "! Cloudflare's API refuses CLOUDFLARE_API_TOKEN"],
  ['cloud-suffix', '· the suffix :cloud is accepted here'],
])('the command that is printed shows %s', async (mode, found) => {
  await using cwd = await scratch();
  const { child, finished } = start(['serve', '--mode', mode, '--speed', '20'], cwd.path);
  try {
    const [text] = (await once(child.stdout!, 'data')) as [string];
    const words = /CF_AIG_TOKEN=\S+ OLLAMA[^]*?--api-url \S+/.exec(text)![0].split(/[\s\\]+/);
    const at = words.indexOf('gatebench');
    const env = words.slice(0, at).map((word) => word.split('='));
    const args = [...words.slice(at + 1), '--quiet'];
    const { stdout } = await gatebench(args, cwd.path, Object.fromEntries(env) as Record<string, string>);
    expect(stdout).toContain(found);
  } finally {
    child.kill('SIGTERM');
    await finished;
  }
});

test('an unknown mode is refused with the nearest one, and the help lists them all', async () => {
  await using cwd = await scratch();
  const refused = await gatebench(['serve', '--mode', 'no-stored-kye'], cwd.path);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('did you mean "no-stored-key"?');
  const { stdout } = await gatebench(['serve', '--help'], cwd.path);
  expect(stdout).toMatch(/Modes:\n {2}token-refused {2,}\S/);
});
