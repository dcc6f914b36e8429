import { type Page } from '@playwright/test';
import { alive, visit } from '../support/islands.ts';
import { allow, card, connect, copySession, labelOf, leaveFor, news, paste, row, trouble } from '../support/integrations.ts';
import { type Platform, platformNames } from '../support/sandbox.ts';
import { expect, test } from '../support/test.ts';

/** Begins on /integrations and answers the consent page. */
async function answerConsent(page: Page, platform: Platform, answer: () => Promise<void>): Promise<void> {
  await visit(page, '/integrations');
  await leaveFor(page, platform);
  await answer();
}

/** Nothing is connected, and the page says what happened and what to do. */
async function expectRefused(page: Page, platform: Platform, sentence: string | RegExp): Promise<void> {
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(trouble(page)).toContainText(sentence);
  await expect(card(page, platform).locator('li[data-status]')).toHaveCount(0);
  await expect(card(page, platform)).toHaveAttribute('data-state', 'disconnected');
}

// C2, C4, C5, C6, C7, C8, C9
const straight = [
  ['instagram', 'Kofi', 'kofi.mensah', '@koficooks'],
  ['tiktok', 'Inês', '@ines.paints', '@ines.paints'],
  ['youtube', 'Kofi', '@koficooks', '@koficooks'],
  ['x', 'Inês', '@ines_draws', '@ines_draws'],
  ['reddit', 'Mara', 'u/mara_makes_pots', 'u/mara_makes_pots'],
] as const;

for (const [platform, who, account, handle] of straight) {
  const name = platformNames[platform];
  test(`${who} connects ${name} through its consent page and sees the account, healthy`, async ({ person }) => {
    const { page } = person;
    await connect(page, platform, account);

    await expect(news(page)).toContainText(`${handle} on ${name} is connected.`);
    await expect(row(page, handle)).toContainText('Healthy');
    await expect(row(page, handle).getByText(/^connected /)).toBeVisible();
    await expect(card(page, platform)).toContainText('Connected (1)');
    await expect(card(page, platform).getByRole('link', { name: `Add another account: ${name}` })).toBeVisible();
    await expect(page.getByText('1 of 25 accounts')).toBeVisible();
  });
}

// C10
test('Mara connects OnlyFans with the values of her own browser', async ({ person, sandbox }) => {
  const { page } = person;
  const session = await copySession(page, sandbox.url, '@maravelvet');
  await visit(page, '/integrations');
  await card(page, 'onlyfans').getByRole('link', { name: 'Add app: OnlyFans' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect OnlyFans' });
  await expect(dialog).toContainText('OnlyFans has no official way to connect.');
  await paste(dialog, session);

  await expect(news(page)).toContainText('@maravelvet on OnlyFans is connected.');
  await expect(row(page, '@maravelvet')).toContainText('Healthy');
  await expect(dialog).toBeHidden();
  expect(await page.content()).not.toContain(session.Cookie);
});

// C10, S6
test('Mara pastes an x-bc that is none and reads at the field what is wrong; nothing is stored', async ({ person, sandbox }) => {
  const { page } = person;
  const session = await copySession(page, sandbox.url, '@maravelvet');
  await visit(page, '/integrations');
  await card(page, 'onlyfans').getByRole('link', { name: 'Add app: OnlyFans' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect OnlyFans' });
  await paste(dialog, { ...session, 'x-bc': 'not forty digits' });

  await expect(dialog.getByLabel('x-bc')).toHaveAttribute('aria-invalid', 'true');
  await expect(dialog.getByLabel('x-bc')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(card(page, 'onlyfans')).toHaveAttribute('data-state', 'disconnected');
});

// C10
test('Mara pastes a session that has ended and is told to log in again', async ({ person, sandbox }) => {
  const { page } = person;
  const session = await copySession(page, sandbox.url, '@maravelvet');
  await sandbox.revoke('onlyfans', '216348905');
  await visit(page, '/integrations');
  await card(page, 'onlyfans').getByRole('link', { name: 'Add app: OnlyFans' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect OnlyFans' });
  await paste(dialog, session);

  await expect(dialog.getByRole('alert')).toContainText(/session ended.* Log in at onlyfans\.com .*fresh values/);
  await page.keyboard.press('Escape');
  await expect(card(page, 'onlyfans')).toHaveAttribute('data-state', 'disconnected');
});

// C4
test('before Luna leaves for TikTok she reads what will happen there, and confirms what TikTok does not tell', async ({ person }) => {
  const { page } = person;
  await visit(page, '/integrations');
  await card(page, 'tiktok').getByRole('link', { name: 'Add app: TikTok' }).click();
  const dialog = page.getByRole('dialog', { name: 'Connect TikTok' });
  for (const part of ['Who can connect', 'What Huntaze reads', 'What Huntaze can do in your name', 'What Huntaze never does']) {
    await expect(dialog.getByRole('heading', { name: part })).toBeVisible();
  }
  await expect(dialog.getByRole('checkbox', { name: 'I am 18 or older.' })).not.toBeChecked();
  await dialog.getByRole('button', { name: 'Continue to TikTok' }).click();

  await expect(dialog.getByRole('checkbox', { name: 'I am 18 or older.' })).toBeFocused();
  await expect(page).toHaveURL(/\/integrations$/);
});

// C5
test('Inês has two Pages with Instagram accounts and chooses one', async ({ person }) => {
  const { page } = person;
  await answerConsent(page, 'instagram', () => allow(page, 'ines.carvalho'));
  await expect(page).toHaveURL(/\/integrations\/choose\//);
  await alive(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Which Instagram account?');
  await page.getByRole('radio', { name: /atelier\.carvalho/ }).check();
  await page.getByRole('button', { name: 'Connect Instagram' }).click();

  await expect(page).toHaveURL(/\/integrations$/);
  await expect(news(page)).toContainText('@atelier.carvalho on Instagram is connected.');
  await expect(row(page, '@atelier.carvalho')).toContainText('Healthy');
  await expect(row(page, '@ines.paints')).toHaveCount(0);
});

// C5
test('Inês changes her mind at the choice of the Page, and nothing is connected', async ({ person, sandbox }) => {
  const { page } = person;
  await answerConsent(page, 'instagram', () => allow(page, 'ines.carvalho'));
  await expect(page).toHaveURL(/\/integrations\/choose\//);
  await alive(page);
  await page.getByRole('button', { name: 'Cancel, connect none' }).click();

  await expect(page).toHaveURL(/\/integrations$/);
  await expect(news(page)).toContainText('Nothing was connected.');
  await expect(card(page, 'instagram')).toHaveAttribute('data-state', 'disconnected');
});

// C4
for (const platform of ['instagram', 'tiktok', 'youtube', 'x', 'reddit'] as const) {
  const name = platformNames[platform];
  test(`Priya cancels at ${name} and comes back to a page that says so`, async ({ person }) => {
    const { page } = person;
    await answerConsent(page, platform, () => page.getByRole('button', { name: 'Cancel' }).click());

    await expectRefused(page, platform, `You cancelled the ${name} connection.`);
    await expect(trouble(page)).toContainText('Nothing was connected.');
  });
}

// C4
const withheld = [
  ['tiktok', '@ines.paints', 'Post content to TikTok', 'Post videos and photos'],
  ['youtube', '@koficooks', 'youtube.upload', 'Upload videos'],
] as const;

for (const [platform, handle, box, missing] of withheld) {
  const name = platformNames[platform];
  test(`somebody unticks a box on ${name}'s page: connected, limited, and told what is missing`, async ({ person }) => {
    const { page } = person;
    await answerConsent(page, platform, () => allow(page, handle, [box]));

    await expect(page).toHaveURL(/\/integrations$/);
    await alive(page);
    await expect(row(page, handle)).toContainText('Limited');
    await expect(row(page, handle).locator('.row-notice')).toContainText(missing);
    await expect(row(page, handle).getByRole('link', { name: `Reconnect ${handle}` }).first()).toBeVisible();
    await row(page, handle).getByText('Details').click();
    await expect(row(page, handle).getByText(`${missing} - not granted`)).toBeVisible();
  });
}

// C5, C7
const wrong = [
  ['instagram', 'Tobias has no Facebook Page', 'tobias.brandt', 'Facebook shared no Page'],
  ['instagram', 'Luna has a personal Instagram account', 'luna.reyes', 'not linked to an Instagram Business or Creator account'],
  ['instagram', 'Priya may not publish on the Page', 'priya.raman', 'You may not publish on the Facebook Page'],
  ['youtube', 'Tobias has a Google account without a channel', 'tobias.brandt@example.com', 'no YouTube channel'],
] as const;

for (const [platform, story, account, sentence] of wrong) {
  test(`${story}: ${platformNames[platform]} is not connected, and the page says why`, async ({ person }) => {
    const { page } = person;
    await answerConsent(page, platform, () => allow(page, account));

    await expectRefused(page, platform, sentence);
  });
}

// C4, C5
test('Kofi unticks a permission at Facebook, which then grants none, and reads which and to leave every box ticked', async ({ person }) => {
  const { page } = person;
  await answerConsent(page, 'instagram', () => allow(page, 'kofi.mensah', ['instagram_manage_insights']));

  await expectRefused(page, 'instagram', /Instagram was not allowed to give us: .*see your Instagram profile and posts/i);
  await expect(trouble(page)).toContainText('Connect again and leave every box ticked.');
});

// C8
const standings = [
  ['Max is suspended by X', '@maxfaster_deals', 'X has suspended this account. Appeal at X; once it is lifted, press Test.'],
  ['Priya is locked out by X', '@priya_bakes', 'X has locked this account. Log in at x.com and unlock it, then press Test.'],
] as const;

for (const [story, account, sentence] of standings) {
  test(`${story}: the page names it and the way out, and nothing is connected`, async ({ person }) => {
    const { page } = person;
    await answerConsent(page, 'x', () => allow(page, account));

    await expectRefused(page, 'x', sentence);
  });
}

// C6
test('Luna, whose TikTok is private, sees that her posts cannot be public', async ({ person }) => {
  const { page } = person;
  await connect(page, 'tiktok', '@luna.after.dark_');

  await row(page, '@luna.after.dark_').getByText('Details').click();
  await expect(row(page, '@luna.after.dark_')).toContainText("Posts can't be public: the account is private.");
});

// C4, T7
test('YouTube is down when Kofi comes back: nothing is connected, and he is told to try again later', async ({ person, sandbox }) => {
  const { page } = person;
  await sandbox.fault({ platform: 'youtube', endpoint: 'POST /token', kind: 503 });
  await answerConsent(page, 'youtube', () => allow(page, '@koficooks'));

  await expectRefused(page, 'youtube', 'YouTube is not answering.');
});

// C4, S1
test('Kofi goes back to an attempt that is over and is not connected twice', async ({ person }) => {
  const { page } = person;
  await visit(page, '/integrations');
  await leaveFor(page, 'reddit');
  const returning = page.waitForRequest(/\/api\/integrations\/callback\/reddit/);
  await allow(page, 'u/kofi_cooks');
  const callback = (await returning).url();
  await expect(news(page)).toContainText('u/kofi_cooks on Reddit is connected.');

  await page.goto(callback);
  await expect(page).toHaveURL(/\/integrations$/);
  await expect(row(page, 'u/kofi_cooks')).toHaveCount(1);
});

// C1
test('Kofi leaves an attempt half-way and finds it marked as not finished, with a way to try again', async ({ person }) => {
  const { page } = person;
  await visit(page, '/integrations');
  await leaveFor(page, 'reddit');
  await visit(page, '/integrations');

  await expect(card(page, 'reddit')).toHaveAttribute('data-state', 'connecting');
  await expect(card(page, 'reddit')).toContainText('Connecting Reddit was not finished.');
  await card(page, 'reddit').getByRole('link', { name: 'Try again: Reddit' }).click();
  await expect(page.getByRole('dialog', { name: 'Connect Reddit' })).toBeVisible();
});

// C12
test('Kofi connects the same account twice and has it once, label and all', async ({ person }) => {
  const { page } = person;
  await connect(page, 'x', '@kofi_cooks');
  const label = await labelOf(page, '@kofi_cooks');
  await label.fill('Kitchen');
  await label.press('Enter');
  await expect(news(page)).toContainText('The label is saved.');

  await connect(page, 'x', '@kofi_cooks');
  await expect(row(page, '@kofi_cooks')).toHaveCount(1);
  await expect(row(page, '@kofi_cooks')).toContainText('Kitchen');
});

// C17
test('a stranger reads what Instagram needs before having an account here', async ({ page }) => {
  await page.goto('/platforms/connect/instagram');

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connect Instagram');
  await expect(page.getByRole('heading', { name: 'Permissions' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'When something is wrong' })).toBeVisible();
  await page.getByRole('link', { name: 'Log in to connect Instagram' }).click();
  await expect(page).toHaveURL(/\/login\?next=/);
});
