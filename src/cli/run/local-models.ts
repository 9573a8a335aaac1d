import { defined } from '../../base/defined.ts';
import { oneLine } from '../../base/text.ts';
import { loadedModels, ollamaVersion, type LocalOllama } from '../../gateway/local-ollama.ts';
import { networkFailure } from '../../gateway/network-failure.ts';
import type { Manifest } from '../../journal/manifest.ts';
import type { Ways } from './setup.ts';

/**
 * Writes into the manifest which models a local Ollama has in memory, now and when the returned function is called.
 * Does nothing where no request goes to one. A server that does not say is noted, and no reason to stop.
 */
export async function recordLocalModels(
  dispatcher: LocalOllama['dispatcher'],
  { arms, endpointOf, redact }: Ways,
  manifest: Manifest,
  note: (text: string) => void,
): Promise<() => Promise<void>> {
  const arm = arms.find(({ route }) => route === 'local');
  if (!arm) return () => Promise.resolve();
  const { headers } = manifest.suite.gateway;
  const ollama: LocalOllama = { dispatcher, baseUrl: endpointOf(arm).baseUrl, headers };
  try {
    const [before, version] = await Promise.all([
      loadedModels(ollama),
      ollamaVersion(ollama).catch(() => undefined),
    ]);
    // A run that is resumed began with what was in memory then.
    manifest.local = { ...defined({ version }), before, ...manifest.local };
  } catch (error) {
    const reason = oneLine(redact(networkFailure(error).message), 200);
    note(`the local server did not say which models are in its memory (${reason})`);
    return () => Promise.resolve();
  }
  return async () => {
    const after = await loadedModels(ollama).catch(() => undefined);
    if (after && manifest.local) manifest.local.after = after;
  };
}
