import { alive, visit } from '../support/islands.ts';
import { expect, test } from '../support/test.ts';

const fresh = 'paints a little every night';

// U1
test('Ada forgets her password, follows the link in the mail, and logs in with a new one', async ({ person: ada, app, browser, baseURL }) => {
  test.slow();
  const elsewhere = await browser.newContext({ baseURL });
  const page = await elsewhere.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));
  await page.goto('/login');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail').fill(ada.email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByRole('status')).toContainText('Look into your mail.');

  const link = await app.link(ada.email, 'Choose a new password');
  const code = link.split('#')[1]!;
  await page.goto(link);
  await expect(page).toHaveURL(/\/reset$/);
  await expect(page.getByLabel('Code from the mail')).toBeHidden();
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByLabel('New password')).toHaveAccessibleDescription(/at least 10 characters/);
  await expect(page.getByLabel('New password')).toBeFocused();
  await page.getByLabel('New password').fill(fresh);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByRole('status')).toContainText('Your password is changed.');
  expect(requests.filter((request) => request.includes(code)), 'the secret is in no address that was asked for').toEqual([]);

  await page.getByLabel('E-mail').fill(ada.email);
  await page.getByLabel('Password').fill(fresh);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(page).toHaveURL(/\/$/);
  await ada.page.goto('/settings');
  await expect(ada.page, 'every other device is logged out').toHaveURL(/\/login/);

  await page.goto(link);
  await page.getByLabel('New password').fill(fresh);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'used already' })).toBeVisible();
  await elsewhere.close();
});

// U1
test('Ada confirms her e-mail with one press, and the reminder goes', async ({ person: ada, app }) => {
  test.slow();
  await visit(ada.page, '/');
  const reminder = ada.page.getByRole('complementary', { name: 'Confirm your e-mail' });
  await expect(reminder).toContainText(ada.email);
  await ada.page.goto(await app.link(ada.email, 'Confirm your e-mail'));
  await alive(ada.page);
  await ada.page.getByRole('button', { name: 'Confirm e-mail' }).click();
  await expect(ada.page).toHaveURL(/\/settings$/);
  await expect(ada.page.getByRole('region', { name: 'E-mail' })).toContainText('Confirmed');
  await visit(ada.page, '/');
  await expect(reminder).toHaveCount(0);
});

// U1, S2
test('Ada changes her password and stays where she is', async ({ person: ada }) => {
  const { page } = ada;
  await visit(page, '/settings');
  const form = page.getByRole('region', { name: 'Password' });
  await form.getByLabel('Current password').fill('not her password');
  await form.getByLabel('New password').fill(fresh);
  await form.getByRole('button', { name: 'Change password' }).click();
  await expect(form.getByLabel('Current password')).toHaveAccessibleDescription(/not your password/);
  await expect(form.getByLabel('Current password')).toBeFocused();
  await form.getByLabel('Current password').fill(ada.password);
  await form.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByRole('status')).toContainText('Your password is changed.');
  await expect(form.getByLabel('Current password')).toHaveValue('');
  await expect(form.getByLabel('New password')).toHaveValue('');
  await page.reload();
  await expect(page).toHaveURL(/\/settings$/);
});

// U1
test('Ada deletes her account in the dialog, after typing what it takes', async ({ person: ada }) => {
  const { page } = ada;
  await visit(page, '/settings');
  await page.getByRole('link', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete your account?' });
  await expect(dialog).toContainText('What you posted there stays.');
  await dialog.getByLabel('Your e-mail').fill('grace@example.com');
  await dialog.getByLabel('Your password').fill(ada.password);
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await expect(dialog.getByLabel('Your e-mail')).toHaveAccessibleDescription(/Type ada-/);
  await dialog.getByLabel('Your e-mail').fill(ada.email);
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await expect(page).toHaveURL(/\/login$/);
  await expect(page.getByRole('status')).toContainText('Your account is deleted.');
  await page.getByLabel('E-mail').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'do not go together' })).toBeVisible();
});
