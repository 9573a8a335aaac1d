import { once } from 'node:events';
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { compileCache } from './compile-cache.ts';

test('a thread keeps its compiled modules where this process does, and is told nothing else', async () => {
  enableCompileCache();
  const script = `
    const { parentPort } = require('node:worker_threads');
    parentPort.postMessage([require('node:module').getCompileCacheDir(), Object.keys(process.env)]);`;
  const worker = new Worker(script, { eval: true, env: compileCache() });
  const [told] = (await once(worker, 'message')) as [unknown];
  expect(told).toEqual([getCompileCacheDir(), ['NODE_COMPILE_CACHE']]);
});
