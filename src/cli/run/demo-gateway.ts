import { demoCredentials } from '../../target/routes/demo.ts';
import type { Io, RunningMock } from '../io.ts';

/** The mock gateway of a run, started when the first suite needs it and stopped with the command. */
export interface DemoGateway {
  url(): Promise<string>;
  stop(): Promise<void>;
}

export function demoGateway(startMock: Io['startMock']): DemoGateway {
  let mock: Promise<RunningMock> | undefined;
  return {
    url: async () => (await (mock ??= startMock({ gatewayToken: demoCredentials.token }))).url,
    async stop() {
      await (await mock)?.stop();
    },
  };
}
