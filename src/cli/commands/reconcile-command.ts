import { understoodFiles } from '../../diagnose/reconcile/log-row.ts';
import { defineCommand, flagTable, theRun } from '../command.ts';
import type { Parsed } from '../flags.ts';

const flags = flagTable({
  run: theRun,
  log: {
    type: 'path',
    value: 'FILE',
    completes: 'files',
    describe: `an exported log instead of the API: ${understoodFiles}`,
  },
  wait: {
    type: 'number',
    default: 120,
    min: 0,
    max: 3600,
    value: 'SECONDS',
    describe: 'how long to wait for late rows after the end of the run',
  },
  ollamaUsage: {
    type: 'switch',
    describe: "also compare with Ollama's own totals for the hours of the run (OLLAMA_API_KEY)",
  },
  apiUrl: {
    type: 'text',
    default: 'https://api.cloudflare.com',
    value: 'URL',
    describe: 'address of the logs API',
  },
  ollamaUrl: {
    type: 'text',
    default: 'https://ollama.com',
    value: 'URL',
    describe: 'address of the usage API',
  },
});

export type ReconcileFlags = Parsed<typeof flags>;

export const reconcile = defineCommand({
  flags,
  examples: [
    ['gatebench reconcile latest', 'with CLOUDFLARE_API_TOKEN, CF_ACCOUNT_ID and CF_GATEWAY_ID'],
    ['gatebench reconcile latest --log rows.jsonl', 'from an exported log; needs no token'],
  ],
  run: async (parsed, io) => (await import('../execute-reconcile.ts')).executeReconcile(parsed, io),
});
