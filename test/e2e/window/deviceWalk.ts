import type { Page } from 'playwright-core';

/**
 * Leads a window through the states of a device of one's own, and takes a picture of each. The library has the devices of
 * test/study/devices/madeUpDevices.ts.
 */
export async function walkDevices(page: Page, go: (hash: string) => Promise<void>, take: (name: string) => Promise<void>): Promise<void> {
  const main = page.getByRole('main');
  const form = main.getByRole('form', { name: 'Add a device' });
  await go('#/devices');
  await main.getByRole('button', { name: /^Interrupted phone/ }).waitFor();
  await take('devices-unfinished');
  await main.getByRole('button', { name: /^Interrupted phone/ }).click();
  await main.getByRole('heading', { name: 'Measuring' }).waitFor();
  await main.getByText('What did not count').scrollIntoViewIfNeeded();
  await take('device-interrupted');
  await go('#/devices?device=finished-phone');
  await main.getByRole('heading', { name: 'You can rely on it' }).waitFor();
  await take('device-judged');
  await go('#/devices?add=1');
  await form.waitFor();
  await take('device-add-browser');
  for (const [words, name] of [['Android phone over USB', 'adb'], ['Import a file', 'import'], ['This computer', 'host']] as const) {
    await form.getByText(words, { exact: true }).click();
    await take(`device-add-${name}`);
  }
  await form.getByRole('button', { name: 'Begin' }).click();
  await form.getByRole('alert').first().waitFor();
  await take('device-add-problems');
  await form.getByText('Any phone, in its browser').click();
  await form.getByRole('textbox', { name: /^Name/ }).fill('My phone');
  await form.getByRole('combobox', { name: 'Search space' }).click();
  await page.getByRole('option', { name: /elasticvit-mini/ }).click();
  await form.getByRole('spinbutton', { name: 'Networks', exact: true }).fill('3');
  await form.getByRole('spinbutton', { name: 'Networks', exact: true }).press('Tab');
  await form.getByRole('button', { name: 'Begin' }).click();
  await main.getByRole('heading', { name: 'Open this page on the phone' }).waitFor({ timeout: 120_000 });
  await take('device-connect');
  await main.getByRole('button', { name: 'Stop', exact: true }).first().click();
  await main.getByRole('button', { name: 'Resume' }).waitFor({ timeout: 60_000 });
  await take('device-stopped');
  await main.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').waitFor();
  await take('device-delete');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete device' }).click();
}
