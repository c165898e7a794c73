import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow, dialog, ipcMain, Menu, Notification, protocol, session, shell, utilityProcess } from 'electron';
import { answerAppRequest, appPrivileges } from './appProtocol.ts';
import { templateOf } from './buildMenu.ts';
import { childEnvironment, utilityChild } from './child.ts';
import type { StartChild } from './child.ts';
import { EngineSupervisor } from './engineSupervisor.ts';
import { quitQuestion } from './jobsSummary.ts';
import { logFile } from './log.ts';
import { menuOf } from './menu.ts';
import type { MenuCommand } from './menu.ts';
import { documentationHosts } from './navigation.ts';
import { canBeOpened, openedPaths, studyOf } from './openedPaths.ts';
import { readRecent, withStudy, writeRecent } from './recentStudies.ts';
import type { RecentStudy } from './recentStudies.ts';
import { confine, denyPermissions } from './security.ts';
import { appScheme, isTrustedSender } from './senderCheck.ts';
import { shellCalls, ShellCalls } from './shellCalls.ts';
import { WorkbenchWindow } from './workbenchWindow.ts';

/*
 * The main process: one window, its menu and dialogs, and the processes behind it. It computes nothing and reads no study,
 * so that the window never waits for it.
 */

const fileOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
/** Beside the compiled program. */
const windowRoot = fileOf('../../renderer/');
const { homepage } = JSON.parse(readFileSync(fileOf('../package.json'), 'utf8')) as { homepage?: unknown };
const patienceMs = 60_000;

protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { ...appPrivileges } }]);
app.enableSandbox();
// Opened from the file manager before the app is ready, too.
const toOpen = openedPaths(process.argv.slice(app.isPackaged ? 1 : 2), process.cwd());
app.on('open-file', (event, path) => {
  event.preventDefault();
  if (workbench) openPath(path);
  else toOpen.push(path);
});

let workbench: WorkbenchWindow | undefined;
let openPath: (path: string) => void = (path) => void toOpen.push(path);

// A second start hands its arguments over and goes. Not awaited: the app gets ready only after this module has run.
if (app.requestSingleInstanceLock()) void app.whenReady().then(start);
else app.quit();

function start(): void {
  const logPath = join(app.getPath('logs'), 'main.log');
  const log = logFile(logPath);
  process.on('uncaughtException', (error) => log(`A defect: ${error.stack ?? error.message}`));
  const recentFile = join(app.getPath('userData'), 'recent-studies.json');
  let recent = readRecent(recentFile);

  protocol.handle(appScheme, (request) => answerAppRequest(request, windowRoot));
  denyPermissions(session.defaultSession);
  const hosts = documentationHosts(homepage);
  app.on('web-contents-created', (_event, contents) => confine(contents, hosts, (url) => void shell.openExternal(url)));

  const engine = new EngineSupervisor({
    startEngine: startChild('./engine.js', workingFolder()),
    startWorker: startChild('../core/study/jobs/worker.js', workingFolder()),
    onLog: log,
    onJobs: ({ fraction }) => window.setProgress(fraction),
    onState: (state) => {
      log(`engine: ${JSON.stringify(state)}`);
      window.tellEngine(state);
      if (state.kind === 'ready') window.connect();
    },
  });
  app.on('child-process-gone', (_event, { type, name, reason }) => {
    if (type === 'Utility' && name !== undefined && reason !== 'clean-exit') engine.noteGone(name, reason);
  });

  const window = new WorkbenchWindow(engine, fileOf('./preload.cjs'), log);
  workbench = window;
  const act = (id: string) => {
    window.show();
    window.act({ id });
  };
  openPath = (path) => {
    if (!canBeOpened(path)) return;
    window.show();
    window.act({ id: 'open-path', path: studyOf(path) });
  };

  const showMenu = () => Menu.setApplicationMenu(Menu.buildFromTemplate(templateOf(
    menuOf({ isMac: process.platform === 'darwin', recent }), { action: act, command, open: openPath },
  )));
  const setRecent = (list: RecentStudy[]) => {
    recent = list;
    writeRecent(recentFile, list);
    showMenu();
  };
  const command = (name: MenuCommand) => {
    switch (name) {
      case 'open-study': return void chooseStudy(window, openPath);
      case 'clear-recent':
        app.clearRecentDocuments();
        return setRecent([]);
      case 'show-log': return shell.showItemInFolder(logPath);
    }
  };
  showMenu();

  const calls = new ShellCalls({
    showOpenDialog: (options) => (window.window ? dialog.showOpenDialog(window.window, options) : dialog.showOpenDialog(options)),
    showSaveDialog: (options) => (window.window ? dialog.showSaveDialog(window.window, options) : dialog.showSaveDialog(options)),
    showItemInFolder: (path) => shell.showItemInFolder(path),
    notify(title, body) {
      if (window.window?.isFocused() || !Notification.isSupported()) return;
      const notification = new Notification({ title, body });
      notification.on('click', () => window.show());
      notification.show();
    },
    rememberStudy(study) {
      app.addRecentDocument(study.path);
      setRecent(withStudy(recent, study));
    },
    windowReady: () => window.ready(),
  });
  for (const call of shellCalls) {
    ipcMain.handle(`shell:${call}`, (event, input: unknown) => {
      const isOurs = window.window !== undefined && BrowserWindow.fromWebContents(event.sender) === window.window;
      if (!isTrustedSender(event.senderFrame, isOurs)) throw new Error('Refused.');
      return calls.answer(call, input);
    });
  }

  const quit = quitSafely(engine, window, log);
  window.mayClose = () => process.platform === 'darwin' || engine.jobs.titles.length === 0 || quit.isLeaving();
  app.on('second-instance', (_event, args, folder) => {
    window.show();
    for (const path of openedPaths(args.slice(1), folder)) openPath(path);
  });
  app.on('activate', () => window.show());
  engine.start();
  window.show();
  for (const path of toOpen.splice(0)) openPath(path);
}

async function chooseStudy(window: WorkbenchWindow, open: (path: string) => void): Promise<void> {
  window.show();
  const { filePaths } = await dialog.showOpenDialog({ title: 'Open a study: its folder', properties: ['openDirectory'] });
  for (const path of filePaths) open(path);
}

/** Quitting asks when jobs are not finished, and waits until what they have done is saved. */
function quitSafely(engine: EngineSupervisor, window: WorkbenchWindow, log: (line: string) => void): { isLeaving(): boolean } {
  let phase: 'running' | 'asking' | 'stopping' | 'stopped' = 'running';
  const leave = async () => {
    const question = quitQuestion(engine.jobs);
    if (question) {
      phase = 'asking';
      window.show();
      const options = { type: 'question' as const, ...question, defaultId: 1, cancelId: 1, noLink: true };
      const { response } = await (window.window ? dialog.showMessageBox(window.window, options) : dialog.showMessageBox(options));
      if (response !== 0) {
        phase = 'running';
        return;
      }
    }
    phase = 'stopping';
    await engine.stop(patienceMs);
    phase = 'stopped';
    app.quit();
  };
  app.on('before-quit', (event) => {
    if (phase === 'stopped') return;
    event.preventDefault();
    if (phase === 'running') leave().catch((error: unknown) => log(`Quitting failed: ${String(error)}`));
  });
  app.on('window-all-closed', () => {
    // On macOS an app stays without windows.
    if (process.platform !== 'darwin') app.quit();
  });
  return { isLeaving: () => phase === 'stopping' || phase === 'stopped' };
}

/** Relative paths of studies start here when the app was not started from a folder of the person's choice. */
function workingFolder(): string {
  if (!app.isPackaged) return process.cwd();
  const folder = join(app.getPath('documents'), 'Pocketformer');
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  return folder;
}

function startChild(script: string, cwd: string): StartChild {
  return ({ title }) => utilityChild(utilityProcess.fork(fileOf(script), [], {
    serviceName: title, stdio: ['ignore', 'pipe', 'pipe'], cwd, env: childEnvironment(process.env), execArgv: [],
  }));
}
