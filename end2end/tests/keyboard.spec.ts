import type { Locator, Page } from '@playwright/test';
import { alive, visit } from '../support/islands.ts';
import { card, connect, news, row } from '../support/integrations.ts';
import { expect, test } from '../support/test.ts';

/** Presses Tab until the keyboard is at `target`, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 120; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`120 times ${key} did not lead to ${target}`);
}

/** The keyboard cannot leave an open dialog for the page behind it. */
async function expectKept(page: Page, dialog: Locator): Promise<void> {
  const controls = await dialog.locator('a[href], button, input:not([type=hidden])').count();
  for (let presses = 0; presses <= controls + 1; presses++) {
    await page.keyboard.press('Tab');
    // Between the last and the first control the browser's own bar has its turn.
    const outside = await dialog.evaluate((box) => document.activeElement !== document.body && !box.contains(document.activeElement));
    expect(outside, 'the keyboard is behind the dialog').toBe(false);
  }
}

// C20, C4
test('Luna reaches the content by one jump, opens a dialog, leaves it, and is where she was', async ({ person }) => {
  const { page } = person;
  await visit(page, '/integrations');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  const add = card(page, 'reddit').getByRole('link', { name: 'Add app: Reddit' });
  await tabTo(page, add);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Connect Reddit' });
  await expect(dialog.getByRole('heading', { name: 'Connect Reddit' })).toBeFocused();
  await expectKept(page, dialog);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(add).toBeFocused();
});

// C20, C4, C11
test('Luna connects, names, tests and disconnects an account without a mouse', async ({ person }) => {
  const { page } = person;
  await visit(page, '/integrations');
  await tabTo(page, card(page, 'tiktok').getByRole('link', { name: 'Add app: TikTok' }));
  await page.keyboard.press('Enter');
  const before = page.getByRole('dialog', { name: 'Connect TikTok' });
  for (const confirmation of ['I am 18 or older.', 'This is a creator or business account.']) {
    await tabTo(page, before.getByRole('checkbox', { name: confirmation }));
    await page.keyboard.press('Space');
  }
  await tabTo(page, before.getByRole('button', { name: 'Continue to TikTok' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Allow' }));
  await page.keyboard.press('Enter');

  await expect(row(page, '@ines.paints')).toContainText('Healthy');
  await alive(page);
  const label = row(page, '@ines.paints').locator('.label > summary');
  await tabTo(page, label);
  await page.keyboard.press('Enter');
  const field = row(page, '@ines.paints').getByRole('textbox', { name: 'Label of @ines.paints' });
  await page.keyboard.press('Tab');
  await expect(field).toBeFocused();
  await page.keyboard.type('Main');
  await page.keyboard.press('Escape');
  await expect(field).toBeHidden();
  await expect(label).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Main shop');
  await page.keyboard.press('Enter');
  await expect(news(page)).toContainText('The label is saved.');
  await expect(label).toHaveText('Main shop');
  await expect(label).toBeFocused();

  const more = row(page, '@ines.paints').getByLabel('More for @ines.paints');
  await tabTo(page, more);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(row(page, '@ines.paints').getByRole('button', { name: 'Test connection: @ines.paints' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(row(page, '@ines.paints').locator('.menu-panel')).toBeHidden();
  await expect(more).toBeFocused();

  await page.keyboard.press('Enter');
  await tabTo(page, row(page, '@ines.paints').getByRole('button', { name: 'Test connection: @ines.paints' }));
  await page.keyboard.press('Enter');
  await expect(news(page)).toContainText('The connection works.');

  await expect(row(page, '@ines.paints').locator('.menu-panel')).toBeHidden();
  await tabTo(page, more);
  await page.keyboard.press('Enter');
  await tabTo(page, row(page, '@ines.paints').getByRole('link', { name: 'Disconnect @ines.paints' }));
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog', { name: 'Disconnect @ines.paints?' });
  await expect(question.getByRole('heading')).toBeFocused();
  await expectKept(page, question);
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(more).toBeFocused();

  await page.keyboard.press('Enter');
  await tabTo(page, row(page, '@ines.paints').getByRole('link', { name: 'Disconnect @ines.paints' }));
  await page.keyboard.press('Enter');
  await tabTo(page, question.getByRole('button', { name: 'Disconnect @ines.paints' }));
  await page.keyboard.press('Enter');
  await expect(news(page)).toContainText('@ines.paints is disconnected.');
  // The row is gone; the keyboard is at its card rather than at the top of the page.
  await expect(card(page, 'tiktok')).toBeFocused();
});

// C20
test('every control shows where the keyboard is', async ({ person }) => {
  const { page } = person;
  await connect(page, 'x', '@ines_draws');
  const unseen: string[] = [];
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab');
    unseen.push(
      ...(await page.evaluate(() => {
        const at = document.activeElement!;
        const style = getComputedStyle(at);
        const shown = at === document.body || at.matches('main, [tabindex="-1"]') || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
        return shown ? [] : [at.outerHTML.slice(0, 120)];
      })),
    );
  }

  expect(unseen).toEqual([]);
});
