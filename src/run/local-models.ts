import { findRoute } from '../target/routes.ts';
import type { Cell } from '../plan/cell.ts';
import { defined } from '../base/defined.ts';
import { redactedDeep } from '../base/redact.ts';
import { oneLine } from '../base/text.ts';
import { loadedModels, ollamaVersion, type LocalOllama } from '../wire/local-ollama.ts';
import { ModelMemory } from '../wire/model-memory.ts';
import { networkFailure } from '../wire/network-failure.ts';
import type { Manifest } from '../journal/manifest.ts';
import type { Targets } from '../target/targets.ts';

/** A local server that reports what is in its memory. Empty if there is none. */
export interface LocalModels {
  /** Call around each request whose answer does not report a load. */
  memoryOf: (cell: Cell) => ModelMemory | undefined;
  /** Writes the current models in memory to the manifest. */
  recordAfter: () => Promise<void>;
}

const none: LocalModels = { memoryOf: () => undefined, recordAfter: () => Promise.resolve() };

/**
 * Records in the manifest which models a local Ollama has in memory, and returns what later requests need for asking
 * it. Does nothing if no request goes to one. A server that does not answer is noted, and the run continues.
 */
export async function recordLocalModels(
  dispatcher: LocalOllama['dispatcher'],
  { cells, of, redact }: Targets,
  manifest: Manifest,
  note: (text: string) => void,
): Promise<LocalModels> {
  const target = cells.find(({ route }) => isOnThisMachine(route));
  if (!target) return none;
  const { headers } = manifest.suite.gateway;
  const ollama: LocalOllama = { dispatcher, baseUrl: target.endpoint.baseUrl, headers };
  try {
    const [before, version] = await Promise.all([
      loadedModels(ollama),
      ollamaVersion(ollama).catch(() => undefined),
    ]);
    // A resumed run began with what was in memory at its first start.
    manifest.local = { ...redactedDeep({ ...defined({ version }), before }, redact), ...manifest.local };
  } catch (error) {
    const reason = oneLine(redact(networkFailure(error).message), 200);
    note(`the local server did not say which models are in its memory (${reason})`);
    return none;
  }
  const memory = new ModelMemory(() => loadedModels(ollama));
  return {
    // Its own API reports the load of each request.
    memoryOf: (cell) => (isOnThisMachine(cell.route) && !of(cell).endpoint.native ? memory : undefined),
    recordAfter: async () => {
      const after = await loadedModels(ollama).catch(() => undefined);
      if (after && manifest.local) manifest.local.after = redactedDeep(after, redact);
    },
  };
}

const isOnThisMachine = (route: string): boolean => findRoute(route)?.isOnThisMachine ?? false;
