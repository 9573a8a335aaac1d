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

test('an unknown mode is refused with the nearest one, and the help lists them all', async () => {
  await using cwd = await scratch();
  const refused = await gatebench(['serve', '--mode', 'no-stored-kye'], cwd.path);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('did you mean «no-stored-key»?');
  const { stdout } = await gatebench(['serve', '--help'], cwd.path);
  expect(stdout).toMatch(/Modes:\n {2}token-refused {2,}\S/);
});
