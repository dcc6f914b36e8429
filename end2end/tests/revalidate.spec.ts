import type { Page } from '@playwright/test';
import { connect, row } from '../support/integrations.ts';
import { alive } from '../support/islands.ts';
import { expect, test } from '../support/test.ts';

// C16: how a page stays fresh where nobody tells it anything.

const handle = '@kofi_cooks';
const account = '84610273';

/** Opens the page under a clock that the story moves, with a stream that never says a word. */
async function openInSilence(page: Page): Promise<() => number> {
  await page.route('**/api/events*', () => {});
  await page.clock.install();
  await page.goto('/integrations');
  await alive(page);
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 3_000);
  let looks = 0;
  page.on('requestfinished', (request) => {
    if (request.resourceType() === 'fetch' && new URL(request.url()).pathname === '/integrations') looks += 1;
  });
  return () => looks;
}

/** A program of Kofi's finds that X has revoked the access. */
async function revokeElsewhere(page: Page, sandbox: { revoke(platform: 'x', account: string): Promise<void> }): Promise<void> {
  await sandbox.revoke('x', account);
  expect((await page.request.post(`/api/integrations/test/x/${account}`)).status()).toBe(200);
}

const comeBack = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')));

/** As a laptop that is closed, or opened again. */
async function show(page: Page, shown: boolean): Promise<void> {
  await page.evaluate((shown) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !shown });
    window.dispatchEvent(new Event('visibilitychange'));
  }, shown);
}

test('whoever comes back to the page sees what has changed', async ({ person: { page }, sandbox }) => {
  await connect(page, 'x', handle);
  await openInSilence(page);
  await revokeElsewhere(page, sandbox);
  await expect(row(page, handle)).toHaveAttribute('data-status', 'connected');
  await comeBack(page);
  await page.clock.runFor(2_000);
  await expect(row(page, handle)).toHaveAttribute('data-status', 'error');
});

test('a page that nobody touches looks every five minutes', async ({ person: { page }, sandbox }) => {
  await connect(page, 'x', handle);
  const looks = await openInSilence(page);
  await revokeElsewhere(page, sandbox);
  await page.clock.runFor(299_000);
  expect(looks()).toBe(0);
  await page.clock.runFor(3_000);
  await expect(row(page, handle)).toHaveAttribute('data-status', 'error');
  expect(looks()).toBe(1);
});

test('however often it is asked for within two seconds, the page is fetched once', async ({ person: { page } }) => {
  await connect(page, 'x', handle);
  const looks = await openInSilence(page);
  for (let times = 0; times < 5; times += 1) await comeBack(page);
  await page.clock.runFor(100);
  await expect.poll(looks).toBe(1);
  for (let times = 0; times < 5; times += 1) await comeBack(page);
  await page.clock.runFor(1_500);
  expect(looks()).toBe(1);
  await page.clock.runFor(1_000);
  await expect.poll(looks).toBe(2);
});

test('a server that has trouble is asked three times more, five seconds apart, and then left alone', async ({ person: { page } }) => {
  await connect(page, 'x', handle);
  const looks = await openInSilence(page);
  await page.route('**/integrations', (route) => route.fulfill({ status: 503, body: 'later' }));
  await comeBack(page);
  await page.clock.runFor(100);
  for (const tries of [1, 2, 3, 4]) {
    await expect.poll(looks).toBe(tries);
    await page.clock.runFor(4_900);
    expect(looks()).toBe(tries);
    await page.clock.runFor(200);
  }
  await page.clock.runFor(60_000);
  expect(looks()).toBe(4);
  await expect(row(page, handle)).toContainText('Healthy');
});

test('a laptop that slept holds no stream meanwhile, and sees what has changed when it wakes', async ({ person: { page }, sandbox }) => {
  await connect(page, 'x', handle);
  await show(page, false);
  await revokeElsewhere(page, sandbox);
  await expect(row(page, handle)).toHaveAttribute('data-status', 'connected');
  const stream = page.waitForRequest('**/api/events*');
  await show(page, true);
  await stream;
  await expect(row(page, handle)).toHaveAttribute('data-status', 'error');
});

test('a stream that a proxy cuts is opened again, and nothing is missed', async ({ person: { page }, sandbox }) => {
  await connect(page, 'x', handle);
  let streams = 0;
  await page.route('**/api/events*', async (route) => {
    streams += 1;
    if (streams > 1) return route.continue();
    await revokeElsewhere(page, sandbox);
    // An answer that ends is what a cut looks like from here.
    await route.fulfill({ contentType: 'text/event-stream', body: 'data: ready\n\n' });
  });
  await page.reload();
  await expect(row(page, handle)).toHaveAttribute('data-status', 'error');
  await expect.poll(() => streams).toBe(2);
});
