import { demoCredentials } from '../../target/routes/demo.ts';
import { spawnStandin, type SpawnedStandin } from '../../mock/spawn.ts';

/** The stand-in gateway of a run, started when the first suite needs it and ended with the command. */
export interface DemoGateway {
  url(): Promise<string>;
  stop(): Promise<void>;
}

export function demoGateway(): DemoGateway {
  let standin: Promise<SpawnedStandin> | undefined;
  return {
    url: async () => (await (standin ??= spawnStandin({ gatewayToken: demoCredentials.token }))).url,
    async stop() {
      await (await standin)?.stop();
    },
  };
}
