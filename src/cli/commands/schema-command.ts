import { exitCode } from '../../base/user-error.ts';
import type { Command } from '../command.ts';

export const schema: Command = {
  flags: (builder) =>
    builder.example('$0 schema > suites/suite.schema.json', 'the schema that suites point to'),
  async run() {
    const { suiteJsonSchema } = await import('../../suite/suite-json-schema.ts');
    process.stdout.write(`${JSON.stringify(suiteJsonSchema(), null, 2)}\n`);
    return exitCode.done;
  },
};
