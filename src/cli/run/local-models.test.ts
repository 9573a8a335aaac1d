import { expect, test } from 'vitest';
import { createDispatcher } from '../../wire/connections.ts';
import { serve } from '../../wire/testing/server.ts';
import type { Manifest } from '../../journal/manifest.ts';
import { manifestOf } from '../../journal/testing/manifest.ts';
import { cell } from '../../plan/testing/planned.ts';
import { recordLocalModels } from '../../run/local-models.ts';

interface Recorded {
  manifest: Manifest;
  notes: string[];
}

/** The record of a server that answers each page with the next of these bodies. The last repeats. */
async function recorded(
  route: string,
  pages: Record<string, string[]>,
  facts: Partial<Manifest> = {},
): Promise<Recorded> {
  await using server = await serve((response, { url }) => {
    const bodies = pages[url!];
    const body = bodies && bodies.length > 1 ? bodies.shift() : bodies?.[0];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  const dispatcher = createDispatcher({ connectTimeoutMs: 2000 }, {});
  const manifest = manifestOf(facts);
  const notes: string[] = [];
  const endpoint = { baseUrl: `${server.url}/v1`, wireModel: 'llama', headers: {}, throughGateway: false };
  const target = { ...cell('llama'), route, endpoint };
  const targets = { cells: [target], of: () => target, redact: (text: string) => text, routes: [] };
  const local = await recordLocalModels(dispatcher, targets, manifest, (text) => notes.push(text));
  await local.recordAfter();
  await dispatcher.destroy();
  return { manifest, notes };
}

const ps = (...models: string[]): string => JSON.stringify({ models: models.map((model) => ({ model })) });
const version = { '/api/version': ['{"version":"0.32.1"}'] };

test('what is in memory before and after', async () => {
  const { manifest, notes } = await recorded('local', {
    ...version,
    '/api/ps': [ps('old'), ps('old', 'llama')],
  });
  expect(manifest.local).toEqual({
    version: '0.32.1',
    before: [{ model: 'old' }],
    after: [{ model: 'old' }, { model: 'llama' }],
  });
  expect(notes).toEqual([]);
});

test('a run that is resumed began with what was in memory then', async () => {
  const local = { version: '0.31.0', before: [] };
  const { manifest } = await recorded('local', { ...version, '/api/ps': [ps('llama')] }, { local });
  expect(manifest.local).toEqual({ ...local, after: [{ model: 'llama' }] });
});

test('an unreported version is left out; unreported memory is noted, once', async () => {
  expect((await recorded('local', { '/api/ps': [ps()] })).manifest.local).toEqual({ before: [], after: [] });
  const { manifest, notes } = await recorded('local', {});
  expect(manifest.local).toBeUndefined();
  expect(notes).toEqual(['the local server did not say which models are in its memory (HTTP 404)']);
});

test('other routes are not asked', async () => {
  const { manifest, notes } = await recorded('direct', { '/api/ps': [ps('llama')] });
  expect([manifest.local, notes]).toEqual([undefined, []]);
});
