import { defineCommand } from '../command.ts';
import { flag, optional, text, wholeNumber, withDefault } from '../options.ts';

export const serve = defineCommand({
  name: 'serve',
  summary: 'Show the workbench in a browser',
  details: 'Listens on this machine only and prints an address that holds a secret token; whoever has it can use the '
    + 'workbench. From another machine, make a tunnel: ssh -L 4700:localhost:4700 MACHINE. Ctrl-C stops it; running '
    + 'studies are saved first and can be resumed.',
  json: 'One object: {url, port, studies}; then it goes on until it is stopped',
  options: {
    port: withDefault(wholeNumber('N', 0, 65_535), 4700, 'Port to listen on, 0 for any free one'),
    open: flag('Open the address in the browser'),
    studies: optional(text('DIR', 'the path of a folder'), 'Folder of the studies (default: the settings\', at first ./runs)'),
    settings: optional(text('FILE', 'the path of a file'), 'Settings file of the workbench (default: in your configuration folder)'),
    address: withDefault(text('ADDRESS', 'an address of this machine'), '127.0.0.1',
      'Address to listen on; any other than loopback lets your network reach it, unencrypted'),
  },
  examples: ['pocketformer serve --open', 'pocketformer serve --port 4800 --studies /data/studies'],
  async run({ port, open, studies, settings, address }, { json, print, note, stopSignal }) {
    const { windowFolder } = await import('../windowFiles.ts');
    const root = await windowFolder(note);
    const { openWorkbench } = await import('../../api/workbench.ts');
    const { nodeWorkerHost } = await import('../../study/jobs/nodeWorkerHost.ts');
    const { startWebServer } = await import('../../api/web/webServer.ts');
    const workbench = await openWorkbench({
      workerHost: nodeWorkerHost(), libraryFolder: studies, settingsFile: settings, onDefect: (error) => note(defectText(error)),
    });
    const server = await startWebServer({ api: workbench.api, root, port, address, names: [address] });
    const stopped = new Promise<void>((resolve) => stopSignal().addEventListener('abort', () => resolve(), { once: true }));
    if (json) await print(JSON.stringify({ url: server.url, port: server.port, studies: workbench.libraryFolder }));
    else await print(`Pocketformer is at ${server.url}`);
    if (!['127.0.0.1', '::1', 'localhost'].includes(address)) note('Others on your network can reach it; whoever sees the token can use it.');
    if (open) {
      const { openBrowser } = await import('../openBrowser.ts');
      if (!await openBrowser(server.url)) note('No browser could be opened; open the address yourself.');
    }
    await stopped;
    await workbench.close();
    await server.close();
  },
});

const defectText = (error: unknown) => `A defect, please report it: ${error instanceof Error ? error.stack ?? error.message : String(error)}`;
