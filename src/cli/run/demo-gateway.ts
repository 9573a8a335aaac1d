import { demoCredentials } from '../../target/routes/demo.ts';
import { spawnMock, type SpawnedMock } from '../../mock/spawn.ts';

/** The mock gateway of a run, started when the first suite needs it and ended with the command. */
export interface DemoGateway {
  url(): Promise<string>;
  stop(): Promise<void>;
}

export function demoGateway(): DemoGateway {
  let mock: Promise<SpawnedMock> | undefined;
  return {
    url: async () => (await (mock ??= spawnMock({ gatewayToken: demoCredentials.token }))).url,
    async stop() {
      await (await mock)?.stop();
    },
  };
}
