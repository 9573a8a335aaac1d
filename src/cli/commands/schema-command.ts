import { exitCode } from '../../base/user-error.ts';
import { defineCommand, flagTable } from '../command.ts';

export const schema = defineCommand({
  flags: flagTable({}),
  examples: [['gatebench schema > suites/suite.schema.json', 'the schema that suites point to']],
  async run(_, { stdout }) {
    const { suiteJsonSchema } = await import('../../suite/suite-json-schema.ts');
    stdout.write(`${JSON.stringify(suiteJsonSchema(), null, 2)}\n`);
    return exitCode.done;
  },
});
