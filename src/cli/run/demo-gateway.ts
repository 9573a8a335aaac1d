import { demoCredentials } from '../../gateway/routes/demo.ts';
import { spawnStandin, type SpawnedStandin } from '../../standin/spawn.ts';

/** The stand-in gateway of a run, started when the first suite needs it and ended with the command. */
export interface DemoGateway extends AsyncDisposable {
  url(): Promise<string>;
}

export function demoGateway(): DemoGateway {
  let standin: Promise<SpawnedStandin> | undefined;
  return {
    url: async () => (await (standin ??= spawnStandin({ gatewayToken: demoCredentials.token }))).url,
    async [Symbol.asyncDispose]() {
      await (await standin)?.stop();
    },
  };
}
