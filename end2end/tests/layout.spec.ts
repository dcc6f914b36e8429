import type { Page } from '@playwright/test';
import { furnish } from '../support/house.ts';
import { allow, labelOf, leaveFor, menuOf, row } from '../support/integrations.ts';
import { visit } from '../support/islands.ts';
import { expect, test } from '../support/test.ts';

/** Nothing sticks out to the right. */
async function expectNoSideways(page: Page, where: string): Promise<void> {
  const { wide, window } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: innerWidth }));
  expect(wide, `${where}: width of the page`).toBeLessThanOrEqual(window);
}

// C20
test.describe('on a phone of 360 px', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });

  const open = ['/register', '/login', '/platforms/connect', '/api/docs', '/nowhere'];
  const platforms = ['instagram', 'tiktok', 'youtube', 'x', 'reddit', 'onlyfans'].map((id) => `/platforms/connect/${id}`);

  test('a stranger never scrolls sideways', async ({ page }) => {
    for (const path of [...open, ...platforms]) {
      await visit(page, path);
      await expectNoSideways(page, path);
    }
  });

  test('Ada never scrolls sideways, whatever the condition of her accounts', async ({ person: ada, sandbox }) => {
    test.slow();
    const { page } = ada;
    for (const path of ['/', '/integrations', '/notices', '/settings', ...platforms]) {
      await visit(page, path);
      await expectNoSideways(page, path);
    }
    await furnish(page, sandbox);
    await expectNoSideways(page, '/integrations with accounts');
    for (const details of await page.getByText('Details', { exact: true }).all()) await details.click();
    await expectNoSideways(page, 'details');
    await labelOf(page, '@ines_draws');
    await expectNoSideways(page, 'label');
    await menuOf(page, '@kofi_cooks');
    await expectNoSideways(page, 'menu');
    await page.keyboard.press('Escape');
    const id = (await row(page, '@kofi_cooks').getAttribute('id'))!.replace('account-', '');
    for (const path of ['/', '/notices', `/?account=${id}`, `/integrations/${id}/disconnect`, `/platforms/connect/x?account=${id}`]) {
      await visit(page, path);
      await expectNoSideways(page, path);
    }
    await visit(page, '/integrations');
    await leaveFor(page, 'instagram');
    await expectNoSideways(page, 'consent');
    await allow(page, 'ines.carvalho');
    await expect(page).toHaveURL(/\/integrations\/choose\//);
    await expectNoSideways(page, 'choice');
  });

  // design.md: controls are 44 px high on touch.
  test('every control of /integrations is large enough for a thumb', async ({ person: ada }) => {
    await visit(ada.page, '/integrations');
    const small = await ada.page.locator('main a, main button, nav a').evaluateAll((controls) =>
      controls
        .filter((control) => control.checkVisibility() && control.getBoundingClientRect().height < 44)
        .map((control) => `${control.textContent}: ${control.getBoundingClientRect().height}`),
    );

    expect(small).toEqual([]);
  });
});

// C20, design.md: no layout shift, from the first bytes until everything is alive.
for (const width of [360, 1440]) {
  test(`nothing jumps while /integrations loads at ${width} px`, async ({ person: ada, sandbox }) => {
    test.slow();
    const { page } = ada;
    await page.setViewportSize({ width, height: 800 });
    await furnish(page, sandbox);
    await page.addInitScript(() => {
      const shifts = { sum: 0 };
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.sum += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    for (const path of ['/integrations', '/', '/settings', '/platforms/connect/tiktok']) {
      await visit(page, path);
      // The page goes on listening for changes, so the network never rests; what may shift it late is pictures.
      await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode().catch(() => {}))));
      const sum = await page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum);
      expect(sum, `layout shifts of ${path}`).toBeLessThan(0.02);
    }
  });
}
