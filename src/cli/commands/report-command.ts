import { outputFormats } from '../../report/report-formats.ts';
import type { Command } from '../command.ts';
import { outFile, theRun } from '../common-flags.ts';

export const report: Command = {
  flags: (builder) =>
    builder
      .positional('run', theRun)
      .option('format', {
        choices: [...outputFormats.map(({ name }) => name), 'html'],
        default: 'table',
        value: 'NAME',
        describe: 'output format',
      })
      .option('out', outFile)
      .option('definitions', {
        type: 'boolean',
        describe: 'show what vLLM, AIPerf, GuideLLM, MLPerf, and Artificial Analysis would report',
      })
      .option('request', {
        type: 'string',
        requiresArg: true,
        value: 'WHICH',
        describe: 'show one request in full: an event id or its beginning, slowest, or PROMPT/MODEL',
      })
      .example('$0 report latest', 'the latest run')
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
      const { executeDefinitions } = await import('../execute-definitions.ts');
      return executeDefinitions(reportFlags);
    }
    if (flags['request'] !== undefined) {
      const { executeRequest } = await import('../execute-request.ts');
      return executeRequest(reportFlags, flags['request'] as string);
    }
    const { executeReport } = await import('../execute-report.ts');
    return executeReport(reportFlags);
  },
};
