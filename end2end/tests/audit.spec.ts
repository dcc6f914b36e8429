import { readFile } from 'node:fs/promises';
import { connect, labelOf, news } from '../support/integrations.ts';
import { visit } from '../support/islands.ts';
import { expect, test } from '../support/test.ts';

// S7: the activity log, filtered by hand and taken away as a file.
test('Ada looks up who did what, and takes the lines with her', async ({ person: ada }) => {
  const { page } = ada;
  await connect(page, 'x', '@ines_draws');
  await connect(page, 'reddit', 'u/mara_makes_pots');
  const label = await labelOf(page, '@ines_draws');
  await label.fill('Main shop');
  await label.press('Enter');
  await expect(news(page)).toContainText('The label is saved.');

  await visit(page, '/settings');
  await page.getByRole('link', { name: 'Open the activity log' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Activity log');
  const lines = page.getByRole('list', { name: 'Lines' }).getByRole('listitem');
  await expect(lines).toHaveCount(4);
  await expect(lines.first()).toContainText('Label @ines_draws on X');
  await expect(lines.first()).toContainText('"Main shop"');
  await expect(lines.first()).toContainText('127.0.0.1');

  await page.getByLabel('What').selectOption({ label: 'Connect' });
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(lines).toHaveCount(2);
  await expect(page).toHaveURL(/action=connect/);
  await expect(page.getByLabel('What')).toHaveValue('connect');

  await lines.filter({ hasText: '@ines_draws' }).getByRole('link', { name: '@ines_draws on X' }).click();
  await expect(lines).toHaveCount(1);
  await expect(page.getByText('Only @ines_draws on X.')).toBeVisible();

  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export CSV' }).click()]);
  expect(csv.suggestedFilename()).toMatch(/^huntaze-audit-\d{4}-\d{2}-\d{2}\.csv$/);
  const rows = (await readFile(await csv.path(), 'utf8')).trim().split('\n');
  expect(rows).toHaveLength(2);
  expect(rows[1]).toContain("connect,done,Ada Lovelace,'@ines_draws on X");

  await page.getByRole('link', { name: 'Show all' }).click();
  await page.getByLabel('What').selectOption({ label: 'Everything' });
  await page.getByRole('searchbox', { name: 'Search' }).fill('main shop');
  await page.getByRole('searchbox', { name: 'Search' }).press('Enter');
  await expect(lines).toHaveCount(1);
  const [json] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export JSON' }).click()]);
  const events = JSON.parse(await readFile(await json.path(), 'utf8'));
  expect(events.map((event: { action: string }) => event.action)).toEqual(['label']);
});
