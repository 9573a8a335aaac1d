import type { Client, ClientName } from './client.ts';

/** Imports only one client, so that the code of the others is not in its process. */
export async function createClient(name: ClientName, url: string): Promise<Client> {
  switch (name) {
    case 'ours':
      return (await import('./ours.ts')).createOurs(url);
    case 'sdk':
      return (await import('./sdk.ts')).createSdk(url);
    case 'dispatch':
      return (await import('./dispatch.ts')).createDispatch(url);
  }
}
