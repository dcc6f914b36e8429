import { alive, visit } from '../support/islands.ts';
import { expect, test } from '../support/test.ts';

// U1
test('Mara registers, is greeted, logs out, and logs in again where she wanted to go', async ({ page }) => {
  const email = `mara-${crypto.randomUUID()}@example.com`;
  await visit(page, '/register');
  await page.getByLabel('Name').fill('Mara Velvet');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('clay and slow mornings');
  await page.getByRole('button', { name: 'Create account' }).click();

  await expect(page).toHaveURL(/\/integrations$/);
  await expect(page.getByRole('status')).toContainText('Welcome, Mara Velvet.');

  await visit(page, '/settings');
  await page.getByRole('button', { name: 'Log out', exact: true }).click();
  await expect(page).toHaveURL(/\/login$/);

  await page.goto('/settings');
  await expect(page).toHaveURL(/\/login\?next=/);
  await alive(page);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('clay and slow mornings');
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(page).toHaveURL(/\/settings$/);
  await expect(page.getByRole('region', { name: 'E-mail' })).toContainText(email);
});

// X1
test('a newcomer logs in as the demo creator with what the page shows', async ({ page }) => {
  await visit(page, '/login');
  await expect(page.getByText('In the sandbox you can log in as')).toBeVisible();
  await page.getByRole('button', { name: 'Log in as the demo creator' }).click();

  await expect(page).toHaveURL(/\/$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connect your accounts');
  await expect(page.getByText('Sandbox - no real accounts')).toBeVisible();
});

// U1, S6
test('Mara mistypes her password and is told so without learning which half was wrong', async ({ page }) => {
  await visit(page, '/login');
  await page.getByLabel('E-mail').fill('nobody@example.com');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Log in', exact: true }).click();

  await expect(page.getByRole('alert').filter({ hasText: 'do not go together' })).toBeVisible();
  await expect(page.getByLabel('E-mail')).toHaveValue('nobody@example.com');
});

// U1, S6
test('Mara chooses a short password and reads at the field what to change', async ({ page }) => {
  await visit(page, '/register');
  await page.getByLabel('Name').fill('Mara Velvet');
  await page.getByLabel('E-mail').fill(`mara-${crypto.randomUUID()}@example.com`);
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();

  await expect(page.getByLabel('Password')).toHaveAccessibleDescription(/at least 10|10 characters/);
  await expect(page.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Password')).toBeFocused();
  await expect(page).toHaveURL(/\/register$/);
});

// U1, S2
test('Ada changes her name and time zone, and logs another device out', async ({ person: ada, browser, baseURL }) => {
  const phone = await browser.newContext({ baseURL, userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile Safari' });
  const answer = await phone.request.post('/api/auth/login', { data: { email: ada.email, password: ada.password } });
  expect(answer.ok()).toBe(true);

  await visit(ada.page, '/settings');
  await ada.page.getByLabel('Name').fill('Ada King');
  await ada.page.getByLabel('Time zone').fill('Europe/London');
  await ada.page.getByRole('button', { name: 'Save profile' }).click();
  await expect(ada.page.getByRole('status')).toContainText('Your profile is saved.');

  const devices = ada.page.getByRole('region', { name: 'Where you are logged in' });
  await expect(devices.getByRole('listitem')).toHaveCount(2);
  await devices.getByRole('button', { name: 'Log out iPhone' }).click();
  await expect(devices.getByRole('listitem')).toHaveCount(1);
  await expect(devices).toContainText('This device');

  await ada.page.reload();
  await expect(ada.page.getByLabel('Name')).toHaveValue('Ada King');
  await phone.close();
});

test('somebody who mistypes an address is told kindly and led home', async ({ person: ada }) => {
  const answer = await ada.page.goto('/integrationz');

  expect(answer?.status()).toBe(404);
  await expect(ada.page.getByRole('heading', { level: 1 })).toHaveText('Not found');
  await expect(ada.page.getByRole('link', { name: 'Go to Home' })).toBeVisible();
});
