import { furnish } from '../support/house.ts';
import { allow, card, labelOf, leaveFor, menuOf, news, row } from '../support/integrations.ts';
import { visit } from '../support/islands.ts';
import { expect, expectAccessible, test } from '../support/test.ts';

// C20: axe finds nothing, in light and in dark, on a phone, a tablet and a desk: expectAccessible looks at each page in all six ways.
test.slow();

const platforms = ['instagram', 'tiktok', 'youtube', 'x', 'reddit', 'onlyfans'];

test('a stranger can use every page that is open to strangers', async ({ page }) => {
  const pages = ['/register', '/login', '/forgot', '/reset', '/verify', '/platforms/connect', '/platforms/connect/tiktok', '/api/docs', '/nowhere'];
  for (const path of pages) {
    await visit(page, path);
    await test.step(path, () => expectAccessible(page));
  }
});

test('Ada, who has connected nothing yet, can use every page', async ({ person: ada }) => {
  const pages = ['/', '/integrations', '/notices', '/settings', '/settings/audit', '/settings/delete', '/platforms/connect', '/nowhere', ...platforms.map((id) => `/platforms/connect/${id}`)];
  for (const path of pages) {
    await visit(ada.page, path);
    await test.step(path, () => expectAccessible(ada.page));
  }
});

test('the operator can use the pages of the operation', async ({ page }) => {
  await visit(page, '/login');
  await page.getByRole('button', { name: 'Log in as the demo creator' }).click();
  await expect(page).toHaveURL(/\/$/);
  for (const path of ['/operations/jobs', '/operations/mail', '/settings']) {
    await visit(page, path);
    await test.step(path, () => expectAccessible(page));
  }
});

test('Ada can use every page, menu and dialog with accounts in every condition', async ({ person: ada, sandbox }) => {
  const { page } = ada;
  await furnish(page, sandbox);
  await test.step('/integrations', () => expectAccessible(page));
  for (const details of await page.getByText('Details', { exact: true }).all()) await details.click();
  await test.step('details', () => expectAccessible(page));
  await labelOf(page, '@ines_draws');
  await test.step('label', () => expectAccessible(page));
  await menuOf(page, '@ines_draws');
  await test.step('menu', () => expectAccessible(page));
  await page.keyboard.press('Escape');

  for (const id of ['tiktok', 'onlyfans']) {
    await visit(page, '/integrations');
    await page.locator(`#add-${id}`).click();
    await expect(page.getByRole('dialog').getByRole('heading', { level: 1 })).toBeVisible();
    await test.step(`dialog: add ${id}`, () => expectAccessible(page));
  }
  await visit(page, '/integrations');
  await row(page, '@kofi_cooks').locator('.row-next').getByRole('link', { name: 'Reconnect @kofi_cooks' }).click();
  await expect(page.getByRole('dialog', { name: 'Reconnect @kofi_cooks on X' })).toBeVisible();
  await test.step('dialog: reconnect', () => expectAccessible(page));
  await visit(page, '/integrations');
  await (await menuOf(page, '@kofi_cooks')).getByRole('link', { name: 'Disconnect @kofi_cooks' }).click();
  await expect(page.getByRole('dialog', { name: 'Disconnect @kofi_cooks?' })).toBeVisible();
  await test.step('dialog: disconnect', () => expectAccessible(page));
  await page.keyboard.press('Escape');

  const id = (await row(page, '@kofi_cooks').getAttribute('id'))!.replace('account-', '');
  await visit(page, `/integrations/${id}/disconnect`);
  await test.step('page: disconnect', () => expectAccessible(page));
  await visit(page, `/platforms/connect/x?account=${id}`);
  await test.step('page: reconnect', () => expectAccessible(page));

  await visit(page, '/');
  await test.step('home', () => expectAccessible(page));
  await page.locator('summary', { hasText: 'All accounts' }).click();
  await expect(page.getByRole('listbox')).toBeVisible();
  await test.step('home: switcher', () => expectAccessible(page));
  await visit(page, `/?account=${id}`);
  await test.step('home: one account', () => expectAccessible(page));
  await visit(page, '/notices');
  await expect(page.locator('[data-notice]')).not.toHaveCount(0);
  await test.step('notices', () => expectAccessible(page));
});

test('Ada can use the choice of the Page and the messages that float up', async ({ person: ada }) => {
  const { page } = ada;
  await visit(page, '/integrations');
  await leaveFor(page, 'instagram');
  await allow(page, 'ines.carvalho');
  await expect(page).toHaveURL(/\/integrations\/choose\//);
  await test.step('choice', () => expectAccessible(page));
  await page.getByRole('radio', { name: /ines\.paints/ }).check();
  await page.getByRole('button', { name: 'Connect Instagram' }).click();
  await expect(news(page)).toContainText('is connected.');
  await test.step('good news', () => expectAccessible(page));

  await visit(page, '/integrations');
  await leaveFor(page, 'reddit');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(card(page, 'reddit')).toBeVisible();
  await test.step('bad news', () => expectAccessible(page));
});

// X1: the consent pages are the newcomer's way, too.
test("the sandbox's own pages can be used by everybody", async ({ person: ada, sandbox }) => {
  await ada.page.goto(sandbox.url);
  await test.step('control page', () => expectAccessible(ada.page));
  await ada.page.goto(`${sandbox.url}/onlyfans/login`);
  await test.step('session to paste', () => expectAccessible(ada.page));
  await visit(ada.page, '/integrations');
  await leaveFor(ada.page, 'youtube');
  await test.step('consent', () => expectAccessible(ada.page));
});
