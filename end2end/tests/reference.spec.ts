import { visit } from '../support/islands.ts';
import { expect, expectAccessible, test } from '../support/test.ts';

// U5, C20: the API's description is a page for people.
test('a link to an operation unfolds it, and its example asks this server', async ({ page, baseURL }) => {
  await visit(page, '/api/docs#postAuthLogin');
  const login = page.locator('details', { has: page.locator('#postAuthLogin') });
  await expect(login).toHaveAttribute('open');
  await expect(login.locator('.sample').first()).toContainText(`curl -X POST ${baseURL}/api/auth/login`);
  await expect(page.locator('details[open]')).toHaveCount(1);
  await login.getByRole('link', { name: '422' }).click();
  await expect(page.locator('#error-Refused')).toBeInViewport();
});

test('one click on an example selects all of it', async ({ page }) => {
  await visit(page, '/api/docs#getAuthMe');
  const sample = page.locator('#getAuthMe .sample').first();
  await sample.click();
  const selected = await page.evaluate(() => getSelection()?.toString().trim());
  expect(selected).toBe((await sample.innerText()).trim());
});

test('what is unfolded can be used by everybody', async ({ page }) => {
  test.slow();
  await visit(page, '/api/docs');
  // The longest, one of several formats, and one that anybody may call.
  for (const id of ['postIntegrationsConnectProvider', 'getAuditExport', 'postAuthRegister']) {
    await page.locator('details', { has: page.locator(`#${id}`) }).locator('summary').click();
  }
  await expect(page.locator('details[open]')).toHaveCount(3);
  await expectAccessible(page);
});

test('nothing of it sticks out on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await visit(page, '/api/docs');
  await page.locator('details').evaluateAll((all) => all.forEach((details) => details.setAttribute('open', '')));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('everything is there', async ({ page }) => {
    await page.goto('/api/docs#getIntegrationsStatus');
    await expect(page.locator('#getIntegrationsStatus')).toContainText('At most 60 requests a minute for each person.');
  });
});
