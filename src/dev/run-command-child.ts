import { main } from '../main.ts';

// One of our commands in its own process, which reports its resource usage to its parent at the end.
process.exitCode = await main(process.argv.slice(2));
process.send!(process.resourceUsage().maxRSS * 1024);
process.disconnect();
