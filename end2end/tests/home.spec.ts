import { alive, visit } from '../support/islands.ts';
import { connect, labelOf, news } from '../support/integrations.ts';
import { expect, test } from '../support/test.ts';

// A1
test('Ada, who has connected nothing, finds the way to begin', async ({ person: ada }) => {
  await visit(ada.page, '/');

  await expect(ada.page.getByRole('heading', { level: 1 })).toHaveText('Connect your accounts');
  await expect(ada.page.getByRole('main').getByRole('listitem')).toHaveCount(6);
  await ada.page.getByRole('link', { name: 'Connect: Reddit' }).click();
  await expect(ada.page.getByRole('dialog', { name: 'Connect Reddit' })).toBeVisible();
});

// C13
test('Kofi chooses by keyboard which account home shows; the choice is in the address and survives a reload', async ({ person }) => {
  const { page } = person;
  await connect(page, 'x', '@kofi_cooks');
  await connect(page, 'reddit', 'u/kofi_cooks');
  await visit(page, '/');
  await expect(page.getByText('All 2 connections are healthy.')).toBeVisible();
  const switcher = page.locator('summary', { hasText: 'All accounts' });
  await switcher.focus();
  await page.keyboard.press('ArrowDown');
  const list = page.getByRole('listbox', { name: 'Account' });
  await expect(list.getByRole('option', { name: 'All accounts' })).toBeFocused();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(switcher).toBeFocused();

  await page.keyboard.press('ArrowDown');
  const reddit = list.getByRole('option', { name: /Reddit/ });
  while (!(await reddit.evaluate((option) => option === document.activeElement))) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(/\/\?account=/);
  const main = page.getByRole('main').locator('li[data-status]');
  await expect(main).toHaveCount(1);
  await expect(main).toContainText('u/kofi_cooks on Reddit');
  await expect(page.getByText('This connection is healthy.')).toBeVisible();
  await page.reload();
  await expect(main).toHaveCount(1);
  // Also for the next visit, from wherever.
  await page.goto('/');
  await expect(page).toHaveURL(/\/\?account=/);
  await expect(main).toContainText('u/kofi_cooks on Reddit');

  await alive(page);
  await page.getByLabel('Account shown: u/kofi_cooks').click();
  await page.getByRole('option', { name: 'All accounts' }).click();
  await expect(main).toHaveCount(2);
  await expect(page).toHaveURL(/\/$/);
});

// C13
test('Kofi, who has many accounts, searches the one he wants to see', async ({ person }) => {
  test.slow();
  const { page } = person;
  await connect(page, 'x', '@kofi_cooks');
  await connect(page, 'x', '@ateliernord');
  await connect(page, 'x', '@ines_draws');
  await connect(page, 'reddit', 'u/kofi_cooks');
  await connect(page, 'reddit', 'u/mara_makes_pots');
  await connect(page, 'youtube', '@koficooks');
  await visit(page, '/');
  await page.locator('summary', { hasText: 'All accounts' }).click();
  await page.getByRole('searchbox', { name: 'Search accounts' }).fill('mara');

  await expect(page.getByRole('option').filter({ visible: true })).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/\?account=/);
  await expect(page.getByRole('main').locator('li[data-status]')).toContainText('u/mara_makes_pots');
});

// C2, C13
test('home shows the account that needs Kofi first, with its next step', async ({ person, sandbox }) => {
  const { page } = person;
  await connect(page, 'reddit', 'u/kofi_cooks');
  await connect(page, 'x', '@kofi_cooks');
  const label = await labelOf(page, '@kofi_cooks');
  await label.fill('Kitchen');
  await label.press('Enter');
  await expect(news(page)).toContainText('The label is saved.');
  await sandbox.revoke('x', '84610273');
  await page.getByLabel('More for @kofi_cooks').click();
  await page.getByRole('button', { name: 'Test connection: @kofi_cooks' }).click();
  await expect(page.locator('li[data-status=error]')).toBeVisible();

  await visit(page, '/');
  await expect(page.getByText('1 of 2 connections needs you.')).toBeVisible();
  const first = page.getByRole('main').locator('li[data-status]').first();
  await expect(first).toContainText('Kitchen');
  await first.getByRole('link', { name: 'Reconnect @kofi_cooks' }).click();
  await expect(page.getByRole('dialog', { name: 'Reconnect @kofi_cooks on X' })).toBeVisible();
});
