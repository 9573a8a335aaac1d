import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gatebench, scratch } from '../testing/gatebench.ts';

const suite = `version: 1
name: small
models: [custom-ollama/sim-echo]
prompts: [{ id: a, prompt: Hello, criteria: [c] }]
quality:
  judges:
    - { id: good, model: custom-ollama/sim-judge-100-100?instant=true, concurrency: 10 }
    - { id: json, model: custom-ollama/sim-judge-100-100?instant=true, concurrency: 10, reply: json }
    - { id: bad, model: custom-ollama/sim-judge-0-0-first100?instant=true, concurrency: 10 }
    - { id: echo, model: custom-ollama/sim-echo, concurrency: 10 }
  criteria: [{ id: c, ask: Right? }]
`;

test('clear cases distinguish a judge from a model that is none', async () => {
  await using folder = await scratch();
  await writeFile(join(folder.path, 'suite.yaml'), suite);
  const doctor = (judge: string) =>
    gatebench(['doctor', 'suite.yaml', '--route', 'demo', '--quiet', '--judge', judge], folder.path);
  const good = await doctor('good,json');
  expect(good, good.stderr).toMatchObject({ code: 0 });
  expect(good.stdout).toContain(
    'Judge good (custom-ollama/sim-judge-100-100?instant=true on demo): 10 of 10 correct\n',
  );
  expect(good.stdout).toContain(
    'Judge json (custom-ollama/sim-judge-100-100?instant=true on demo): 10 of 10 correct\n',
  );
  const bad = await doctor('bad,echo');
  expect(bad.code).toBe(2);
  expect(bad.stdout).toContain(
    'Judge bad (custom-ollama/sim-judge-0-0-first100?instant=true on demo): 0 of 10',
  );
  expect(bad.stdout).toContain('✗ two equal answers, one way round: said a, and should have said tie');
  expect(bad.stdout).toContain('✗ a right answer: no readable verdict: ');
  expect(bad.stdout).toContain('! Judge echo judges itself: it is the model sim-echo.');
  const unknown = await doctor('god');
  expect(unknown).toMatchObject({
    code: 2,
    stderr: 'gatebench: --judge: unknown judge "god"; did you mean "good"?\n',
  });
});
