import { expect, test } from 'vitest';
import { outputOf } from './testing/programs.ts';
import { scratchFolder } from './testing/scratch.ts';

/** Environment of a thread in its own process: where it keeps compiled modules, and its variables. */
async function toldIn(folder: string, isKept: boolean): Promise<unknown> {
  const inThread = `require('node:worker_threads').parentPort.postMessage([
    require('node:module').getCompileCacheDir() ?? 'nowhere', Object.keys(process.env)])`;
  const script = `
    const { enableCompileCache, getCompileCacheDir } = require('node:module');
    const { Worker } = require('node:worker_threads');
    if (${isKept}) enableCompileCache(${JSON.stringify(folder)});
    import(${JSON.stringify(new URL('compile-cache.ts', import.meta.url).href)}).then(({ compileCache }) => {
      const worker = new Worker(${JSON.stringify(inThread)}, { eval: true, env: compileCache() });
      worker.on('message', ([where, variables]) =>
        console.log(JSON.stringify([where === (getCompileCacheDir() ?? 'nowhere'), variables])));
    });`;
  const options = { cwd: folder, env: { PATH: process.env['PATH'] ?? '' } };
  const { stdout } = await outputOf(process.execPath, ['--eval', script], options);
  return JSON.parse(stdout);
}

test('a thread keeps its compiled modules where this process does, and gets nothing else', async () => {
  await using folder = await scratchFolder();
  expect(await toldIn(folder.path, true)).toEqual([true, ['NODE_COMPILE_CACHE']]);
  expect(await toldIn(folder.path, false)).toEqual([true, []]);
});
