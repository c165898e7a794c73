import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { devices } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { parseDeviceModel } from '../../../core/latency/deviceModel.ts';
import { arm64Program, scriptedPhone } from '../../latency/profilers/adb/phone.ts';
import { ScriptedAdbServer } from '../../latency/profilers/adb/scriptedServer.ts';
import { briefHostCalibration, hostTarget, madeUpModel, measuredStudy } from '../../study/checks/measuredStudy.ts';
import { launchBrowser } from './harness/browser.ts';
import { main, panel } from './harness/journey.ts';
import { openedWindow } from './harness/opened.ts';
import { describeInBrowser } from './harness/suite.ts';

/* From a fresh start to calibrated devices without a manual: a phone's browser, then this machine. */

describeInBrowser('devices of one\'s own in the window', () => {
  const adb = new ScriptedAdbServer([scriptedPhone(), { ...scriptedPhone(), serial: 'LOCKED2', state: 'unauthorized' }]);
  const opened = openedWindow({
    prepare: async (library) => {
      process.env.ANDROID_ADB_SERVER_PORT = String((await adb.listen()).port);
      writeFileSync(join(library, '..', 'perf_test'), arm64Program());
      const modelFolder = join(library, 'devices', 'desk');
      await measuredStudy(library, madeUpModel(await hostTarget(), 'desk'), { modelFolder, perDevice: 4 });
      writeFileSync(join(modelFolder, 'calibration.json'), JSON.stringify(briefHostCalibration));
    },
  });
  let phoneBrowser: Browser | undefined;
  afterAll(async () => {
    delete process.env.ANDROID_ADB_SERVER_PORT;
    await phoneBrowser?.close();
    await adb.close();
  });
  const form = () => main(opened.page).getByRole('form', { name: 'Add a device' });
  const field = (name: string) => form().getByRole('textbox', { name: new RegExp(`^${name}( |$)`) });
  const number = (name: string) => form().getByRole('spinbutton', { name, exact: true });

  async function choose(label: string, option: RegExp): Promise<void> {
    await form().getByRole('combobox', { name: label, exact: true }).click();
    await opened.page.getByRole('option', { name: option }).click();
  }
  /** Enough to see what it does; far too little to measure. */
  async function briefly(networks: number): Promise<void> {
    await choose('Search space', /elasticvit-mini/);
    await number('Networks').fill(String(networks));
    await form().getByText('How each model is measured').click();
    for (const [name, value] of [['Rounds', '2'], ['Runs', '3'], ['Seconds', '0.02'], ['Drift allowed', '5000'], ['Rest', '0.01']]) await number(name).fill(value);
    await number('Rest').press('Tab');
  }
  const modelOf = (folder: string, name = folder) => {
    const path = join(opened.library, 'devices', folder, `${name}.json`);
    return parseDeviceModel(readFileSync(path, 'utf8'), path);
  };

  it('are reached by the keyboard; the form says what is missing', async () => {
    const { page } = opened;
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await main(page).getByRole('button', { name: 'Add a device' }).click();
    await form().getByRole('button', { name: 'Begin' }).click();
    await form().getByRole('alert').getByText('Give it a name.').waitFor();
    await opened.expectAccessible();
    await form().getByText('Android phone over USB').click();
    // Each attached phone with what it says of itself, or why it cannot be used.
    await form().getByRole('radio', { name: /Google Pixel 4.*FLAME1 · QTI SM8150 · Android 13 · 8 processors · 31\.2 °C · battery 87 %, charging/ }).waitFor();
    expect(await form().getByRole('radio', { name: /LOCKED2 has not allowed this computer yet: unlock it and allow USB debugging/ }).isDisabled()).toBe(true);
    await form().getByRole('alert').getByText('Choose a phone.').first().waitFor();
    await opened.expectAccessible();
    await form().getByText('Import a file').click();
    await form().getByRole('button', { name: 'Import and fit' }).waitFor();
  });

  it('are calibrated on a phone that opens a page, and say how far to trust them', async () => {
    const { page } = opened;
    await form().getByText('Any phone, in its browser').click();
    await field('Name').fill('Test phone');
    await choose('How the phone reaches this computer', /adb reverse/);
    await field('Which phone it is').fill('Pixel 7');
    await briefly(3);
    await form().getByText(/^Measuring takes less than a minute/).waitFor();
    await form().getByRole('button', { name: 'Begin' }).click();

    const calibration = panel(page, 'Calibration of Test phone');
    await main(page).getByRole('heading', { name: 'Open this page on the phone' }).waitFor({ timeout: 60_000 });
    await main(page).getByRole('img', { name: /^Code of the address/ }).waitFor();
    await opened.expectAccessible();
    const address = await main(page).getByRole('link', { name: /^http:\/\/localhost/ }).textContent();
    expect(address).toMatch(/^http:\/\/localhost:\d+\/#[\w-]{24}$/);
    phoneBrowser = await launchBrowser();
    const phone: Page = await (await phoneBrowser.newContext({ ...devices['Pixel 7'] })).newPage();
    await phone.goto(address!);
    await phone.getByRole('button', { name: 'Start measuring' }).click();

    await main(page).getByRole('heading', { name: 'The phone is connected' }).waitFor({ timeout: 60_000 });
    await calibration.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 });
    await phone.getByText('The computer has ended this session').waitFor();
    // The page was up for the session alone.
    await expect(fetch(new URL('/', address!))).rejects.toThrow();
    await calibration.getByRole('heading', { name: /^(You can rely on it|Good for comparing|Do not rely on it yet)/ }).waitFor();
    await calibration.getByText(/^Each of 3 measured networks was predicted by a fit that had never seen it/).waitFor();
    await calibration.getByText('Measure more networks', { exact: false }).waitFor();
    // It is a device like any other: listed, with its errors and a prediction to try.
    await main(page).getByRole('row', { name: /^Test phone/ }).waitFor();
    await main(page).getByRole('article', { name: 'Test phone' }).getByRole('heading', { name: 'Measured error' }).waitFor();
    await opened.expectAccessible();
    expect(modelOf('test-phone')).toMatchObject({ target: { device: 'Pixel 7', provider: 'wasm', precision: 'float32' }, measurements: { networks: 3 } });
  }, 300_000);

  it('are stopped and resumed on this computer, and deleted when that is confirmed', async () => {
    const { page } = opened;
    await page.evaluate(() => { location.hash = '#/devices'; });
    await main(page).getByRole('button', { name: 'Add a device' }).click();
    await form().getByText('This computer').first().click();
    await field('Name').fill('Here');
    await briefly(3);
    await form().getByRole('button', { name: 'Begin' }).click();
    const calibration = panel(page, 'Calibration of Here');
    await calibration.getByRole('button', { name: 'Stop' }).click();
    await calibration.getByText(/^(Interrupted|Not started)$/).waitFor({ timeout: 60_000 });
    // Whoever looks for it later finds it.
    await panel(page, 'On the way to a device').getByRole('button', { name: /^Here/ }).waitFor();
    await opened.expectAccessible();
    await calibration.getByRole('button', { name: /^(Resume|Begin)$/ }).click();
    await calibration.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 });
    expect(modelOf('here')).toMatchObject({ target: { provider: 'cpu', threads: 1 }, measurements: { networks: 3 } });
    // Further networks are none of those before, and what was measured is kept.
    await calibration.getByRole('spinbutton', { name: 'Further networks' }).fill('1');
    await calibration.getByRole('button', { name: 'Measure more' }).click();
    await calibration.getByText('Its calibration has measured more since the model was made').waitFor({ timeout: 120_000 });
    await calibration.getByText('Done', { exact: true }).waitFor({ timeout: 60_000 });
    // The model stays until the person has seen what a refit would change.
    await calibration.getByText(/^Each of 3 measured networks/).waitFor();
    await calibration.getByRole('button', { name: 'Refit…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Refit Here' });
    await dialog.getByText('All that the present model was fitted to and 1 measurement more are fitted anew.').waitFor({ timeout: 60_000 });
    await dialog.getByRole('row', { name: /^Mean error on 1 network measured since/ }).waitFor();
    await opened.expectAccessible();
    const present = modelOf('here');
    await dialog.getByRole('button', { name: 'Take as a new model' }).click();
    await calibration.getByText(/^Each of 4 measured networks/).waitFor({ timeout: 60_000 });
    expect(modelOf('here')).toEqual(present);
    expect(modelOf('here', 'here-2')).toMatchObject({ name: 'here-2', device: { title: 'Here, refit 2' }, measurements: { networks: 4 } });
    await main(page).getByRole('row', { name: /^Here, refit 2/ }).waitFor();
    await main(page).getByRole('row', { name: /^Here [^,]/ }).first().click();
    await panel(page, 'Since this model was made').getByRole('button', { name: 'Show it' }).click();
    await calibration.getByText(/^Each of 4 measured networks/).waitFor();
    await calibration.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete device' }).click();
    await calibration.waitFor({ state: 'detached' });
    await expect.poll(async () => main(page).getByRole('row', { name: /^Here/ }).count()).toBe(0);
  }, 300_000);

  it('are measured on an attached phone, in half precision', async () => {
    const { page } = opened;
    await page.evaluate(() => { location.hash = '#/devices?add=1'; });
    await form().getByText('Android phone over USB').click();
    await form().getByRole('radio', { name: /FLAME1/ }).check();
    await field('Name').fill('By cable');
    await field('Runner').fill(join(opened.folder, 'perf_test'));
    await field('Processors').fill('7');
    await choose('Precision', /^float16/);
    await briefly(3);
    await form().getByRole('button', { name: 'Begin' }).click();
    const calibration = panel(page, 'Calibration of By cable');
    await calibration.getByText(/^In float16, logits of the networks, which are untrained, differ from float32 by \d+\.\d % of the largest/).waitFor({ timeout: 120_000 });
    await calibration.getByText('Done', { exact: true }).waitFor({ timeout: 120_000 });
    expect(modelOf('by-cable').target).toMatchObject({ device: 'Google Pixel 4', operatingSystem: 'Android 13', provider: 'cpu', precision: 'float16', affinity: [7] });
  }, 300_000);

  it('can be chosen for a study', async () => {
    const { page } = opened;
    await page.evaluate(() => { location.hash = '#/studies/new?template=quickstart'; });
    // Only then does the template stand in the form, and nothing above the menu moves it away any more.
    await page.getByText('Ready to start').waitFor();
    await main(page).getByRole('button', { name: 'Add a device' }).click();
    await page.getByRole('menuitem', { name: /^Test phone/ }).click();
    await main(page).getByRole('list', { name: 'Devices of this study' }).getByText('Test phone', { exact: true }).waitFor();
    await main(page).getByRole('region', { name: 'Estimate' }).or(main(page)).getByText(/Test phone|test-phone/).first().waitFor();
    expect(await main(page).getByRole('list', { name: 'Devices of this study' }).locator('.error').count()).toBe(0);
  }, 60_000);

  it('measure the best of a study, show it beside what was predicted, and are refitted from that', async () => {
    const { page } = opened;
    await page.evaluate(() => { location.hash = '#/studies'; });
    const link = main(page).getByRole('grid', { name: 'Studies' }).getByText('winners', { exact: true });
    await link.click();
    const front = panel(page, 'desk');
    await front.getByText('model untested').or(front.getByRole('button', { name: 'Measure the best' })).first().waitFor();
    await front.getByRole('button', { name: 'Measure the best' }).click();
    // This machine is not the made-up phone, and the model is found out.
    await front.getByText('model stale').waitFor({ timeout: 120_000 });
    const table = panel(page, 'Architectures');
    await table.getByRole('columnheader', { name: /measured/i }).first().waitFor();
    const measured = table.getByText(/^[\d.]+ ms, [\d.]+ % (more|less)$/);
    expect(await measured.count()).toBeGreaterThanOrEqual(3);
    await opened.expectAccessible();

    await front.getByRole('button', { name: 'Refit…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Refit desk' });
    await dialog.getByText(/^\d measurements are added; the present model stands for what it was fitted to\.$/).waitFor({ timeout: 60_000 });
    const [before, after] = await dialog.getByRole('row', { name: /^Mean error on \d networks measured since/ }).getByRole('cell').allTextContents();
    // What a few runs on a busy machine take tells nothing of which is smaller.
    expect([before, after]).toEqual([expect.stringMatching(/^[\d.]+ %$/), expect.stringMatching(/^[\d.]+ %$/)]);
    await dialog.getByText('winners uses the present model.', { exact: false }).waitFor();
    await opened.expectAccessible();
    const present = modelOf('desk');
    await dialog.getByRole('button', { name: 'Take as a new model' }).click();
    await front.getByText('newer model: desk-2').waitFor({ timeout: 60_000 });
    expect(modelOf('desk')).toEqual(present);
    expect(modelOf('desk', 'desk-2').target).toEqual(present.target);
  }, 300_000);
});
