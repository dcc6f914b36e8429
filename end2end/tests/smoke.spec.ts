import { expect, expectAccessible, test } from '../support/test.ts';

test('smoke: a stranger finds a page to register on that everybody can use', async ({ page }) => {
  await page.goto('/register');

  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByLabel('Password')).toBeVisible();
  await expectAccessible(page);
});

test('smoke: a person who has registered is logged in', async ({ person: ada }) => {
  await ada.page.goto('/integrations');

  await expect(ada.page).toHaveURL(/\/integrations$/);
  await expect(ada.page.getByRole('heading', { level: 1 })).toHaveText('Integrations');
  await expectAccessible(ada.page);
});
