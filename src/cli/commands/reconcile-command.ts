import { understoodFiles } from '../../diagnose/reconcile/log-row.ts';
import type { Command } from '../command.ts';
import { theRun } from '../common-flags.ts';
import { numberFlag } from '../number-flags.ts';

export const reconcile: Command = {
  flags: (builder) =>
    builder
      .positional('run', theRun)
      .option('log', {
        type: 'string',
        requiresArg: true,
        value: 'FILE',
        completes: 'files',
        describe: `an exported log instead of the API: ${understoodFiles}`,
      })
      .option('wait', {
        type: 'string',
        default: '120',
        requiresArg: true,
        value: 'SECONDS',
        describe: 'how long to wait, after the end of the run, for late rows',
      })
      .option('ollama-usage', {
        type: 'boolean',
        describe: "also compare with Ollama's own totals for the hours of the run (OLLAMA_API_KEY)",
      })
      .option('api-url', {
        type: 'string',
        default: 'https://api.cloudflare.com',
        requiresArg: true,
        value: 'URL',
        describe: 'address of the logs API',
      })
      .option('ollama-url', {
        type: 'string',
        default: 'https://ollama.com',
        requiresArg: true,
        value: 'URL',
        describe: 'address of the usage API',
      })
      .example('$0 reconcile latest', 'with CLOUDFLARE_API_TOKEN, CF_ACCOUNT_ID and CF_GATEWAY_ID')
      .example('$0 reconcile latest --log rows.jsonl', 'from an exported log; needs no token'),
  async run(flags) {
    const { executeReconcile } = await import('../execute-reconcile.ts');
    return executeReconcile({
      run: flags['run'] as string,
      log: flags['log'] as string | undefined,
      waitSeconds: numberFlag('wait', { min: 0, max: 3600 })(flags['wait'])!,
      ollamaUsage: flags['ollama-usage'] === true,
      apiUrl: flags['api-url'] as string,
      ollamaUrl: flags['ollama-url'] as string,
      results: flags['results'] as string,
      json: flags['json'] === true,
      quiet: flags['quiet'] === true,
      color: flags['color'] as boolean | undefined,
    });
  },
};
