import type { Page } from '@playwright/test';
import { connect, copySession, leaveFor, allow, labelOf, menuOf, news, paste, card, row, trouble } from './integrations.ts';
import { alive, visit } from './islands.ts';
import type { Sandbox } from './sandbox.ts';
import { expect } from './test.ts';

/** Furnishes a person's house with an account in every condition: healthy, labelled, limited, expiring, revoked, half-begun. */
export async function furnish(page: Page, sandbox: Sandbox): Promise<void> {
  await connect(page, 'x', '@ines_draws');
  const label = await labelOf(page, '@ines_draws');
  await label.fill('Main shop');
  await label.press('Enter');
  await expect(news(page)).toContainText('The label is saved.');
  await connect(page, 'x', '@kofi_cooks');
  await sandbox.revoke('x', '84610273');
  await (await menuOf(page, '@kofi_cooks')).getByRole('button', { name: 'Test connection: @kofi_cooks' }).click();
  await expect(trouble(page)).toContainText('The connection does not work.');

  await visit(page, '/integrations');
  await leaveFor(page, 'youtube');
  await allow(page, '@koficooks', ['youtube.upload']);
  await expect(row(page, '@koficooks')).toContainText('Limited');

  await sandbox.lifetimes('tiktok', { refreshSeconds: 6 * 86_400 + 3600 });
  await connect(page, 'tiktok', '@luna.after.dark_');

  await card(page, 'onlyfans').getByRole('link', { name: 'Add app: OnlyFans' }).click();
  await paste(page.getByRole('dialog', { name: 'Connect OnlyFans' }), await copySession(page, sandbox.url, '@maravelvet'));
  await expect(row(page, '@maravelvet')).toContainText('Healthy');

  await leaveFor(page, 'reddit');
  await visit(page, '/integrations');
  await expect(card(page, 'reddit')).toContainText('was not finished');
  await alive(page);
}
