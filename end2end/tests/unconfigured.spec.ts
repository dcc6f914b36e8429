import { App } from '../support/app.ts';
import { card } from '../support/integrations.ts';
import { type Platform, platformNames } from '../support/sandbox.ts';
import { visit } from '../support/islands.ts';
import { expect, expectAccessible, test as base } from '../support/test.ts';

const operator = 'olga@example.com';

// A server on which nobody has set anything up, run by Olga.
const test = base.extend<{ sandbox: void }, { app: App }>({
  app: [
    async ({}, use) => {
      const app = await App.start({ sandbox: false, settings: { HUNTAZE__USERS__OPERATORS: `["${operator}"]` } });
      await use(app);
      await app.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  sandbox: async ({}, use) => use(),
});

const platforms = Object.keys(platformNames) as Platform[];

// C1, X3
test('Ada finds every platform, and that none is set up on this server yet', async ({ person: ada }) => {
  await visit(ada.page, '/integrations');

  for (const platform of platforms) {
    await expect(card(ada.page, platform)).toContainText('Not set up on this server yet');
    await expect(card(ada.page, platform).getByRole('link')).toHaveCount(0);
  }
  await expect(ada.page.getByText('Sandbox - no real accounts')).toHaveCount(0);
  await expectAccessible(ada.page);

  await ada.page.goto('/platforms/connect/tiktok');
  await expect(ada.page.getByText('Not set up on this server yet.')).toBeVisible();
  await expect(ada.page.getByText('redirect URI')).toHaveCount(0);
  await expectAccessible(ada.page);
});

// C18
test('Olga, who runs the server, reads for each platform what to register and which settings to add', async ({ page, app }) => {
  test.slow();
  const password = 'servers hum at night';
  const answer = await page.request.post('/api/auth/register', { data: { name: 'Olga', email: operator, password } });
  expect(answer.status()).toBe(201);
  // Without a mail server the link is in the data directory, which is hers. Her rights begin with the next log-in.
  const token = (await app.link(operator, 'Confirm your e-mail')).split('#')[1];
  expect((await page.request.post('/api/auth/verify', { data: { token } })).ok()).toBe(true);
  expect((await page.request.post('/api/auth/login', { data: { email: operator, password } })).ok()).toBe(true);

  for (const platform of platforms) {
    await visit(page, '/integrations');
    await card(page, platform).getByRole('link', { name: `How to set up ${platformNames[platform]}` }).click();
    await expect(page.getByRole('heading', { name: 'How to set up' })).toBeVisible();
    const help = page.getByRole('main');
    if (platform === 'onlyfans') {
      await expect(help).toContainText('platforms.onlyfans.enabled');
    } else {
      await expect(help).toContainText(`${app.url}/api/integrations/callback/${platform}`);
      await expect(help).toContainText(`platforms.${platform}.client_id`);
      await expect(help).toContainText(`platforms.${platform}.client_secret`);
      await expect(help).toContainText('Leptos.toml');
    }
    await expectAccessible(page);
  }
});
