import { expect, type Locator, type Page } from '@playwright/test';
import { alive, visit } from './islands.ts';
import { type Platform, platformNames } from './sandbox.ts';

/** A platform's card on /integrations. */
export function card(page: Page, platform: Platform): Locator {
  return page.getByRole('region', { name: platformNames[platform], exact: true });
}

/** The row of an account, by its handle. */
export function row(page: Page, handle: string): Locator {
  return page.locator('li[data-status]').filter({ hasText: handle });
}

/** The good news that floats over a page. */
export function news(page: Page): Locator {
  return page.getByRole('status');
}

/** The bad news that floats over a page. */
export function trouble(page: Page): Locator {
  return page.locator('#toasts-error');
}

/** Opens the menu of what may be done with an account beside its next step. */
export async function menuOf(page: Page, handle: string): Promise<Locator> {
  await row(page, handle).getByLabel(`More for ${handle}`).click();
  return row(page, handle).locator('.menu-panel');
}

/** Opens the field in which an account's label is changed. */
export async function labelOf(page: Page, handle: string): Promise<Locator> {
  await row(page, handle).locator('.label > summary').click();
  return row(page, handle).getByRole('textbox', { name: `Label of ${handle}` });
}

/** From /integrations to a platform's consent page, by way of the dialog that says what will happen there. */
export async function leaveFor(page: Page, platform: Platform): Promise<void> {
  const name = platformNames[platform];
  await card(page, platform).getByRole('link', { name: /^Add (app|another account): / }).click();
  await goOn(page, page.getByRole('dialog', { name: `Connect ${name}` }), platform);
}

/** From the page or dialog before consent to the consent page. */
export async function goOn(page: Page, before: Locator, platform: Platform): Promise<void> {
  const name = platformNames[platform];
  const onward = before.getByRole('button', { name: `Continue to ${name}` });
  await expect(onward).toBeVisible();
  for (const confirmation of await before.getByRole('checkbox').all()) await confirmation.check();
  await onward.click();
  await expect(page.getByRole('heading', { name: `Huntaze asks to use your ${name} account` })).toBeVisible();
}

/** On a consent page: chooses one of the test accounts, unticks what it withholds, and allows the rest. */
export async function allow(page: Page, account: string, withheld: string[] = []): Promise<void> {
  await page.getByRole('radio', { name: account }).check();
  for (const scope of withheld) await page.getByRole('checkbox', { name: scope }).uncheck();
  await page.getByRole('button', { name: 'Allow' }).click();
}

/** Connects an account the way a person does, all of it allowed, and comes back to a page that is alive. */
export async function connect(page: Page, platform: Exclude<Platform, 'onlyfans'>, account: string): Promise<void> {
  await visit(page, '/integrations');
  await leaveFor(page, platform);
  await allow(page, account);
  await page.waitForURL('**/integrations');
  await alive(page);
}

/** What a creator copies out of the browser in which they are logged in at OnlyFans. */
export async function copySession(page: Page, sandboxUrl: string, account: string): Promise<Record<string, string>> {
  const browser = await page.context().newPage();
  await browser.goto(`${sandboxUrl}/onlyfans/login`);
  await browser.getByRole('radio', { name: account }).check();
  await browser.getByRole('button', { name: 'Log in and show the values' }).click();
  const values: Record<string, string> = {};
  for (const label of ['Cookie', 'x-bc', 'User-Agent']) values[label] = await browser.getByLabel(label).inputValue();
  await browser.close();
  return values;
}

/** Pastes a copied session, confirms what has to be confirmed, and sends it. */
export async function paste(before: Locator, session: Record<string, string>, act = 'Connect OnlyFans'): Promise<void> {
  for (const [label, value] of Object.entries(session)) await before.getByLabel(label).fill(value);
  for (const confirmation of await before.getByRole('checkbox').all()) await confirmation.check();
  await before.getByRole('button', { name: act }).click();
}
