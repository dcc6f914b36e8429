import { alive, visit } from '../support/islands.ts';
import { allow, card, connect, copySession, goOn, labelOf, menuOf, news, paste, row, trouble } from '../support/integrations.ts';
import { platformNames } from '../support/sandbox.ts';
import { expect, test } from '../support/test.ts';

// C3, T10
const revoked = [
  ['instagram', 'Kofi', 'kofi.mensah', '10160442918375506', '@koficooks'],
  ['tiktok', 'Inês', '@ines.paints', 'afd97af1-b87b-48b9-ac98-410a5e0c5344', '@ines.paints'],
  ['youtube', 'Kofi', '@koficooks', 'UCk0f1C00ksTvEry7uesday_', '@koficooks'],
  ['x', 'Inês', '@ines_draws', '1427750916318339072', '@ines_draws'],
  ['reddit', 'Mara', 'u/mara_makes_pots', '4k2mf9qd', 'u/mara_makes_pots'],
] as const;

for (const [platform, who, account, id, handle] of revoked) {
  const name = platformNames[platform];
  test(`${who} took our access away at ${name}, tests, reconnects, and has the account as it was`, async ({ person, sandbox }) => {
    const { page } = person;
    await connect(page, platform, account);
    const label = await labelOf(page, handle);
    await label.fill('Main shop');
    await label.press('Enter');
    await expect(news(page)).toContainText('The label is saved.');
    const rowId = await row(page, handle).getAttribute('id');

    await sandbox.revoke(platform, id);
    await (await menuOf(page, handle)).getByRole('button', { name: `Test connection: ${handle}` }).click();
    await expect(trouble(page)).toContainText('The connection does not work.');
    await expect(row(page, handle)).toHaveAttribute('data-status', /error|expired/);
    await expect(row(page, handle).locator('.row-notice')).toContainText(/reconnect/i);

    await row(page, handle).locator('.row-next').getByRole('link', { name: `Reconnect ${handle}` }).click();
    const dialog = page.getByRole('dialog', { name: `Reconnect ${handle} on ${name}` });
    await expect(dialog).toContainText('another account is refused');
    await goOn(page, dialog, platform);
    await allow(page, account);
    await page.waitForURL('**/integrations');
    await expect(news(page)).toContainText(`${handle} on ${name} is connected.`);
    await expect(row(page, handle)).toContainText('Healthy');
    await expect(row(page, handle)).toContainText('Main shop');
    await expect(row(page, handle)).toHaveAttribute('id', rowId!);
  });
}

// C3
test('Kofi reconnects with another account by mistake: refused by name, and nothing has changed', async ({ person, sandbox }) => {
  const { page } = person;
  await connect(page, 'x', '@kofi_cooks');
  await sandbox.revoke('x', '84610273');
  await (await menuOf(page, '@kofi_cooks')).getByRole('button', { name: 'Test connection: @kofi_cooks' }).click();
  await row(page, '@kofi_cooks').locator('.row-next').getByRole('link', { name: 'Reconnect @kofi_cooks' }).click();
  await goOn(page, page.getByRole('dialog', { name: 'Reconnect @kofi_cooks on X' }), 'x');
  await allow(page, '@ateliernord');

  await expect(page).toHaveURL(/\/integrations$/);
  await expect(trouble(page)).toContainText('You chose @ateliernord, but @kofi_cooks is the X account to reconnect.');
  await expect(row(page, '@kofi_cooks')).toHaveAttribute('data-status', 'error');
  await expect(row(page, '@ateliernord')).toHaveCount(0);
});

// C3, C5
test('Inês reconnects one of her two Instagram accounts and is not asked again which', async ({ person }) => {
  const { page } = person;
  await visit(page, '/integrations');
  await card(page, 'instagram').getByRole('link', { name: 'Add app: Instagram' }).click();
  await goOn(page, page.getByRole('dialog', { name: 'Connect Instagram' }), 'instagram');
  await allow(page, 'ines.carvalho');
  await alive(page);
  await page.getByRole('radio', { name: /atelier\.carvalho/ }).check();
  await page.getByRole('button', { name: 'Connect Instagram' }).click();
  await expect(news(page)).toContainText('@atelier.carvalho on Instagram is connected.');
  await alive(page);

  await (await menuOf(page, '@atelier.carvalho')).getByRole('link', { name: 'Reconnect @atelier.carvalho' }).click();
  await goOn(page, page.getByRole('dialog', { name: 'Reconnect @atelier.carvalho on Instagram' }), 'instagram');
  await allow(page, 'ines.carvalho');
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(news(page)).toContainText('@atelier.carvalho on Instagram is connected.');
  await expect(row(page, '@ines.paints')).toHaveCount(0);
});

// C3: which permissions changed.
test('Kofi left a box unticked, reconnects with all of them, and is no longer limited', async ({ person }) => {
  const { page } = person;
  await visit(page, '/integrations');
  await card(page, 'youtube').getByRole('link', { name: 'Add app: YouTube' }).click();
  await goOn(page, page.getByRole('dialog', { name: 'Connect YouTube' }), 'youtube');
  await allow(page, '@koficooks', ['youtube.upload']);
  await expect(row(page, '@koficooks')).toContainText('Limited');
  await alive(page);

  await row(page, '@koficooks').locator('.row-next').getByRole('link', { name: 'Reconnect @koficooks' }).click();
  await goOn(page, page.getByRole('dialog', { name: 'Reconnect @koficooks on YouTube' }), 'youtube');
  await allow(page, '@koficooks');
  await expect(row(page, '@koficooks')).toContainText('Healthy');
});

// C1, C3
test('the access to TikTok has run out: the row says so, and reconnecting heals it', async ({ person, sandbox }) => {
  const { page } = person;
  await sandbox.lifetimes('tiktok', { accessSeconds: 1, refreshSeconds: 1 });
  await connect(page, 'tiktok', '@ines.paints');
  await expect(async () => {
    await page.reload();
    await expect(row(page, '@ines.paints')).toHaveAttribute('data-status', 'expired', { timeout: 1 });
  }).toPass();
  await alive(page);
  await expect(row(page, '@ines.paints')).toContainText('Expired');

  await sandbox.lifetimes('tiktok', { accessSeconds: 7200, refreshSeconds: 180 * 86_400 });
  await row(page, '@ines.paints').locator('.row-next').getByRole('link', { name: 'Reconnect @ines.paints' }).click();
  await goOn(page, page.getByRole('dialog', { name: 'Reconnect @ines.paints on TikTok' }), 'tiktok');
  await allow(page, '@ines.paints');
  await expect(row(page, '@ines.paints')).toContainText('Healthy');
});

// C1
test('the access to TikTok ends in a few days: the row says when, and what to do', async ({ person, sandbox }) => {
  const { page } = person;
  await sandbox.lifetimes('tiktok', { refreshSeconds: 6 * 86_400 + 3600 });
  await connect(page, 'tiktok', '@ines.paints');

  await expect(row(page, '@ines.paints')).toHaveAttribute('data-status', 'expiring');
  await expect(row(page, '@ines.paints')).toContainText('Expires in 6 days');
  await expect(row(page, '@ines.paints').locator('.row-notice')).toContainText('Reconnect before then and nothing stops.');
});

// C10
test("Mara's OnlyFans session ended: she pastes fresh values and has her account as it was", async ({ person, sandbox }) => {
  const { page } = person;
  await visit(page, '/integrations');
  await card(page, 'onlyfans').getByRole('link', { name: 'Add app: OnlyFans' }).click();
  await paste(page.getByRole('dialog', { name: 'Connect OnlyFans' }), await copySession(page, sandbox.url, '@maravelvet'));
  await expect(row(page, '@maravelvet')).toContainText('Healthy');
  const rowId = await row(page, '@maravelvet').getAttribute('id');

  // A refused session is never tried again; one that was just checked is not checked either. So another person's values.
  await (await menuOf(page, '@maravelvet')).getByRole('link', { name: 'Reconnect @maravelvet' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reconnect @maravelvet on OnlyFans' });
  await paste(dialog, await copySession(page, sandbox.url, '@priya_rises'), 'Reconnect OnlyFans');
  await expect(dialog.getByRole('alert')).toContainText('You chose @priya_rises, but @maravelvet is the OnlyFans account to reconnect.');

  await paste(dialog, await copySession(page, sandbox.url, '@maravelvet'), 'Reconnect OnlyFans');
  await expect(news(page)).toContainText('@maravelvet on OnlyFans is connected.');
  await expect(row(page, '@maravelvet')).toHaveAttribute('id', rowId!);
});
