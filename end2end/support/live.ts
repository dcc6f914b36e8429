import { expect, type Page } from '@playwright/test';

/** Somebody's program looks at an account of X: the page itself does nothing. */
export async function lookFromElsewhere(page: Page, account: string): Promise<void> {
  const answer = await page.request.post(`/api/integrations/test/x/${account}`);
  expect(answer.status()).toBe(200);
}

/** Notes what the bell says, and marks the page: a reload would lose both. */
export async function listenToBell(page: Page): Promise<void> {
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    new MutationObserver((changes) => {
      for (const node of changes.flatMap((change) => [...change.addedNodes])) if (node.textContent) said.push(node.textContent);
    }).observe(document.querySelector('#bell-voice')!, { childList: true });
  });
}

export function said(page: Page): Promise<string[] | undefined> {
  return page.evaluate(() => (window as unknown as { said?: string[] }).said);
}
