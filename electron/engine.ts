import { openWorkbench } from '../core/api/workbench.ts';
import { runEngine } from './runEngine.ts';
import type { MainLine } from './runEngine.ts';

/** The engine's process: everything but the windows and the computing. Started by main.ts as a utility process. */
const { parentPort } = process as { parentPort?: MainLine };
if (parentPort) await runEngine(parentPort, openWorkbench);
else throw new Error('This program is started by the Pocketformer app itself; without it, use "pocketformer serve".');
