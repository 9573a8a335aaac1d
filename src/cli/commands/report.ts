import { outputFormats } from '../../output/index.ts';
import type { Command } from '../command.ts';

export const report: Command = {
  flags: (builder) =>
    builder
      .positional('run', {
        type: 'string',
        demandOption: true,
        completes: 'runs',
        describe: 'a run’s folder, or latest',
      })
      .option('format', {
        choices: [...outputFormats.map(({ name }) => name), 'html'],
        default: 'table',
        value: 'NAME',
        describe: 'how it is written',
      })
      .option('out', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        value: 'FILE',
        completes: 'files',
        describe: 'write to this file',
      })
      .option('definitions', {
        type: 'boolean',
        describe: 'the run as vLLM, AIPerf, GuideLLM, MLPerf and Artificial Analysis would word it',
      })
      .example('$0 report latest', 'the newest run')
      .example('$0 report latest --format markdown -o summary.md', 'for a pull request'),
  async run(flags) {
    const reportFlags = {
      run: flags['run'] as string,
      format: flags['json'] === true ? 'json' : (flags['format'] as string),
      out: flags['out'] as string | undefined,
      results: flags['results'] as string,
      color: flags['color'] as boolean | undefined,
    };
    if (flags['definitions'] === true) {
      const { executeDefinitions } = await import('../definitions.ts');
      return executeDefinitions(reportFlags);
    }
    const { executeReport } = await import('../report.ts');
    return executeReport(reportFlags);
  },
};
