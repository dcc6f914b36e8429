import { App } from '../support/app.ts';
import { connect, row } from '../support/integrations.ts';
import { listenToBell, lookFromElsewhere, said } from '../support/live.ts';
import { expect, test as base } from '../support/test.ts';

// A server of its own: what other stories broke at X would be trouble of another kind.
const test = base.extend<object, { app: App }>({
  app: [
    async ({}, use) => {
      const app = await App.start();
      await use(app);
      await app.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
});

const handle = '@kofi_cooks';

// T8, H5
test('X does not answer: a banner says so, no account is blamed, and it goes when X is back', async ({ person, sandbox }) => {
  test.setTimeout(150_000);
  const { page } = person;
  const banner = page.locator('[data-trouble="x"]');
  // What one account meets may be its own trouble.
  const accounts = { [handle]: '84610273', '@ines_draws': '1427750916318339072', '@ateliernord': '2903381175' };
  for (const each of Object.keys(accounts)) await connect(page, 'x', each);
  await listenToBell(page);
  await sandbox.fault({ platform: 'x', endpoint: '/2/users/me', kind: 503 });
  await Promise.all([...Object.values(accounts), ...Object.values(accounts)].map((each) => lookFromElsewhere(page, each)));

  await expect(banner).toContainText('X is having trouble since');
  await expect(banner).toContainText('Your accounts stay connected');
  expect(await said(page)).toEqual([]);
  await sandbox.clearFaults();
  // The breaker lets one call through after half a minute.
  await expect(async () => {
    const answer = await page.request.post(`/api/integrations/test/x/${accounts[handle]}`);
    expect((await answer.json()).data?.ok).toBe(true);
  }).toPass({ intervals: [3_000], timeout: 90_000 });
  await expect(banner).toHaveCount(0);
  await expect(row(page, handle)).toContainText('Healthy');
});
