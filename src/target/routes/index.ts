import type { Route } from '../route.ts';
import { compat } from './compat.ts';
import { demo } from './demo.ts';
import { direct } from './direct.ts';
import { local } from './local.ts';
import { provider } from './provider.ts';

/** Every way to a model; `--route` offers exactly these. To add one: write its file, add its line. */
export const routes: readonly Route[] = [compat, provider, direct, local, demo];
