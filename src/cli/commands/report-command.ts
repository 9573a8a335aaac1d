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
        describe: 'how it is written',
      })
      .option('out', outFile)
      .option('definitions', {
        type: 'boolean',
        describe: 'the run as vLLM, AIPerf, GuideLLM, MLPerf and Artificial Analysis would word it',
      })
      .option('request', {
        type: 'string',
        requiresArg: true,
        value: 'WHICH',
        describe: 'one request whole: its event id or the beginning of it, slowest, or PROMPT/MODEL',
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
