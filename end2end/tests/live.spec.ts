import type { Page } from '@playwright/test';
import { allow, connect, goOn, menuOf, news, row } from '../support/integrations.ts';
import { visit } from '../support/islands.ts';
import { listenToBell, lookFromElsewhere, said } from '../support/live.ts';
import { expect, expectAccessible, test } from '../support/test.ts';

const handle = '@kofi_cooks';
const account = '84610273';

const bell = (page: Page) => page.locator('#bell');

// C16, T8, C3
test('X revokes: the card turns without a reload, the bell rings once, and reconnecting heals it', async ({ person, sandbox }) => {
  const { page } = person;
  await connect(page, 'x', handle);
  await listenToBell(page);
  await sandbox.revoke('x', account);
  await lookFromElsewhere(page, account);

  await expect(row(page, handle)).toHaveAttribute('data-status', 'error');
  await expect(bell(page)).toHaveAccessibleName('Notices, 1 unread');
  await lookFromElsewhere(page, account);
  await lookFromElsewhere(page, account);
  expect(await said(page)).toEqual([`New notice: ${handle} on X has to be reconnected`]);

  await row(page, handle).locator('.row-next').getByRole('link', { name: `Reconnect ${handle}` }).click();
  await goOn(page, page.getByRole('dialog', { name: `Reconnect ${handle} on X` }), 'x');
  await allow(page, handle);
  await expect(row(page, handle)).toContainText('Healthy');
  await expect(bell(page)).toHaveAccessibleName('Notices, 1 unread');

  await bell(page).click();
  const notices = page.locator('[data-notice]');
  await expect(notices.locator('h2')).toHaveText([`New: ${handle} on X works again`, `${handle} on X has to be reconnected`]);
  await expectAccessible(page);
  await page.getByRole('button', { name: `Mark as read: ${handle} on X works again` }).click();
  await expect(bell(page)).toHaveAccessibleName('Notices');
  // The button is gone: the keyboard is where it was.
  await expect(page.locator('[data-live="notices"]')).toBeFocused();
});

// C16
test('what happens in one tab shows in the other', async ({ person, sandbox }) => {
  const { page } = person;
  await connect(page, 'x', handle);
  const other = await page.context().newPage();
  await visit(other, '/integrations');
  await sandbox.revoke('x', account);
  await (await menuOf(page, handle)).getByRole('button', { name: `Test connection: ${handle}` }).click();

  await expect(row(page, handle)).toHaveAttribute('data-status', 'error');
  await expect(row(other, handle)).toHaveAttribute('data-status', 'error');
  await expect(bell(other)).toHaveAccessibleName('Notices, 1 unread');
});

// T3, C16
test('an access that runs out while the page is open is renewed out of sight', async ({ person, sandbox }) => {
  const { page } = person;
  await connect(page, 'x', handle);
  await listenToBell(page);
  await sandbox.expire('x', account);
  await (await menuOf(page, handle)).getByRole('button', { name: `Test connection: ${handle}` }).click();

  await expect(news(page)).toContainText('The connection works.');
  await expect(row(page, handle)).toContainText('Healthy');
  expect(await said(page)).toEqual([]);
});

// C16, S2
test('logged out in one tab, the other goes to the log-in kindly and back to its place afterwards', async ({ person }) => {
  const { page, email, password } = person;
  await visit(page, '/integrations');
  const other = await page.context().newPage();
  await visit(other, '/settings');
  await other.getByRole('button', { name: 'Log out', exact: true }).click();

  await expect(page).toHaveURL(/\/login\?next=%2Fintegrations/);
  await expect(news(page)).toContainText('You were logged out');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Integrations');
});

// C16
test('a connection that was cut misses nothing', async ({ person, sandbox }) => {
  const { page } = person;
  await connect(page, 'x', handle);
  await listenToBell(page);
  await page.context().setOffline(true);
  await sandbox.revoke('x', account);
  await lookFromElsewhere(page, account);
  await expect(row(page, handle)).toContainText('Healthy');
  await page.context().setOffline(false);

  await expect(row(page, handle)).toHaveAttribute('data-status', 'error');
  expect(await said(page)).toHaveLength(1);
});

// C16, C20
test('without a connection a quiet line says so, and what is pressed waits', async ({ person }) => {
  const { page } = person;
  await connect(page, 'x', handle);
  const line = page.getByText('You are offline.');
  await expect(line).toBeHidden();
  await page.context().setOffline(true);
  await expect(line).toBeVisible();
  await expectAccessible(page);
  await (await menuOf(page, handle)).getByRole('button', { name: `Test connection: ${handle}` }).click();
  await page.context().setOffline(false);

  await expect(news(page)).toContainText('The connection works.');
  await expect(page.locator('.toast-error')).toHaveCount(0);
  await expect(line).toBeHidden();
});

// C16, C20
test('a change from elsewhere leaves the keyboard where it is in an open menu', async ({ person, sandbox }) => {
  const { page } = person;
  await connect(page, 'x', handle);
  const reconnect = (await menuOf(page, handle)).getByRole('link', { name: `Reconnect ${handle}` });
  await reconnect.focus();
  await sandbox.revoke('x', account);
  await lookFromElsewhere(page, account);

  await expect(row(page, handle)).toHaveAttribute('data-status', 'error');
  await expect(reconnect).toBeFocused();
});

// T8, C15
test('what comes by e-mail is chosen in the settings', async ({ person }) => {
  const { page } = person;
  await visit(page, '/settings');
  const recovered = page.getByRole('checkbox', { name: 'An account works again' });
  await expect(recovered).not.toBeChecked();
  await recovered.check();
  await page.getByRole('button', { name: 'Save notices' }).click();
  await expect(news(page)).toContainText('Your choice is saved.');
  await page.reload();
  await expect(recovered).toBeChecked();
});
