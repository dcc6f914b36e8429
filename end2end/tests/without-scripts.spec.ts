import { allow, card, copySession, goOn, paste, row, trouble, news } from '../support/integrations.ts';
import { expect, expectAccessible, test } from '../support/test.ts';

// C15: every story here is told in a browser that runs no scripts.
test.use({ javaScriptEnabled: false });

test('Mara registers, goes wrong once, and loses nothing of what she typed but the password', async ({ page }) => {
  const email = `mara-${crypto.randomUUID()}@example.com`;
  await page.goto('/register');
  await page.getByLabel('Name').fill('Mara Velvet');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText(/at least 10|10 characters or more\.$/).first()).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue('Mara Velvet');
  await expect(page.getByLabel('E-mail')).toHaveValue(email);
  await expect(page.getByLabel('Password')).toHaveValue('');

  await page.getByLabel('Password').fill('clay and slow mornings');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(news(page)).toContainText('Welcome, Mara Velvet.');
});

test('Kofi connects X, names the account, tests it, and disconnects it', async ({ person, sandbox }) => {
  const { page } = person;
  await page.goto('/integrations');
  await card(page, 'x').getByRole('link', { name: 'Add app: X' }).click();
  await expect(page).toHaveURL(/\/platforms\/connect\/x$/);
  await goOn(page, page.getByRole('main'), 'x');
  await allow(page, '@kofi_cooks');
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(news(page)).toContainText('@kofi_cooks on X is connected.');

  await row(page, '@kofi_cooks').locator('.label > summary').click();
  await row(page, '@kofi_cooks').getByRole('textbox', { name: 'Label of @kofi_cooks' }).fill('Kitchen');
  await row(page, '@kofi_cooks').getByRole('button', { name: 'Save the label of @kofi_cooks' }).click();
  await expect(news(page)).toContainText('The label is saved.');
  await expect(row(page, '@kofi_cooks').locator('.label > summary')).toHaveText('Kitchen');

  await row(page, '@kofi_cooks').getByLabel('More for @kofi_cooks').click();
  await row(page, '@kofi_cooks').getByRole('button', { name: 'Test connection: @kofi_cooks' }).click();
  await expect(news(page)).toContainText('The connection works.');

  // A message stays until the next page, and stands before what is behind it.
  await page.goto('/integrations');
  await row(page, '@kofi_cooks').getByLabel('More for @kofi_cooks').click();
  await row(page, '@kofi_cooks').getByRole('link', { name: 'Disconnect @kofi_cooks' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Disconnect @kofi_cooks?');
  await page.getByRole('button', { name: 'Disconnect @kofi_cooks' }).click();
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(news(page)).toContainText('@kofi_cooks is disconnected.');
  await expect(card(page, 'x')).toHaveAttribute('data-state', 'disconnected');
  expect(await sandbox.grants('x')).toBe(0);
});

test('Inês confirms what TikTok does not tell, connects, and chooses among her Instagram Pages', async ({ person }) => {
  const { page } = person;
  await page.goto('/platforms/connect/tiktok');
  await goOn(page, page.getByRole('main'), 'tiktok');
  await allow(page, '@ines.paints');
  await expect(news(page)).toContainText('@ines.paints on TikTok is connected.');

  await page.goto('/platforms/connect/instagram');
  await goOn(page, page.getByRole('main'), 'instagram');
  await allow(page, 'ines.carvalho');
  await page.getByRole('radio', { name: /ines\.paints/ }).check();
  await page.getByRole('button', { name: 'Connect Instagram' }).click();
  await expect(news(page)).toContainText('@ines.paints on Instagram is connected.');
});

test('Mara pastes her OnlyFans session, first with a mistake that is told at the field', async ({ person, sandbox }) => {
  const { page } = person;
  const session = await copySession(page, sandbox.url, '@maravelvet');
  await page.goto('/platforms/connect/onlyfans');
  await paste(page.getByRole('main'), { ...session, 'x-bc': 'not forty digits' });
  await expect(page).toHaveURL(/\/platforms\/connect\/onlyfans$/);
  await expect(page.getByLabel('x-bc')).toHaveAttribute('aria-invalid', 'true');
  expect(await page.content()).not.toContain(session.Cookie);

  await paste(page.getByRole('main'), session);
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(row(page, '@maravelvet')).toContainText('Healthy');
});

test('Kofi cancels at Reddit, and reconnects X from its own page', async ({ person, sandbox }) => {
  const { page } = person;
  await page.goto('/platforms/connect/reddit');
  await goOn(page, page.getByRole('main'), 'reddit');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(trouble(page)).toContainText('You cancelled the Reddit connection.');

  await page.goto('/platforms/connect/x');
  await goOn(page, page.getByRole('main'), 'x');
  await allow(page, '@kofi_cooks');
  await sandbox.revoke('x', '84610273');
  await row(page, '@kofi_cooks').getByLabel('More for @kofi_cooks').click();
  await row(page, '@kofi_cooks').getByRole('button', { name: 'Test connection: @kofi_cooks' }).click();
  await expect(trouble(page)).toContainText('The connection does not work.');
  await row(page, '@kofi_cooks').locator('.row-next').getByRole('link', { name: 'Reconnect @kofi_cooks' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Reconnect @kofi_cooks on X');
  await goOn(page, page.getByRole('main'), 'x');
  await allow(page, '@kofi_cooks');
  await expect(row(page, '@kofi_cooks')).toContainText('Healthy');
});

test('Kofi chooses which account home shows', async ({ person }) => {
  const { page } = person;
  for (const [platform, account] of [['x', '@kofi_cooks'], ['reddit', 'u/kofi_cooks']] as const) {
    await page.goto(`/platforms/connect/${platform}`);
    await goOn(page, page.getByRole('main'), platform);
    await allow(page, account);
  }
  await page.goto('/');
  await page.locator('summary', { hasText: 'All accounts' }).click();
  await page.getByRole('option', { name: /Reddit/ }).click();

  await expect(page.getByRole('main').locator('li[data-status]')).toHaveCount(1);
  await expect(page).toHaveURL(/\/\?account=/);
});

test('a label that the server refuses is explained', async ({ person }) => {
  const { page } = person;
  await page.goto('/platforms/connect/x');
  await goOn(page, page.getByRole('main'), 'x');
  await allow(page, '@kofi_cooks');
  const id = (await row(page, '@kofi_cooks').getAttribute('id'))!.replace('account-', '');
  const answer = await page.request.post('/fn/label', {
    form: { id, label: 'x'.repeat(61) },
    headers: { accept: 'text/html', referer: page.url() },
  });
  expect(answer.ok()).toBe(true);

  expect(await answer.text()).toContain('at most 60 characters');
});
