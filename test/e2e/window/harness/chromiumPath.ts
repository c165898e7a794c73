import { existsSync } from 'node:fs';

const places = [
  '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The Chromium of this machine: CHROMIUM_PATH, or where systems put it. */
export const chromiumPath = [process.env.CHROMIUM_PATH, process.env.CHROMIUM, ...places].find((path) => path !== undefined && existsSync(path));
