import { randomUUID } from 'node:crypto';
import { test as base, expect, type Page } from '@playwright/test';
import axe from 'axe-core';
import { App } from './app.ts';
import { watchIslands } from './islands.ts';
import type { Sandbox } from './sandbox.ts';

export { expect };

/** Somebody with an account of their own at Huntaze, logged in in the test's browser. */
export interface Person {
  name: string;
  email: string;
  password: string;
  page: Page;
}

interface Worker {
  /** Shared by the tests of one worker, which run one after the other: faults in the sandbox strike everybody in it. */
  app: App;
}

interface Story {
  sandbox: Sandbox;
  person: Person;
  /** Fails the test if a page of it throws, or does what the content policy refuses. */
  quietConsole: void;
}

export const test = base.extend<Story, Worker>({
  app: [
    async ({}, use) => {
      const app = await App.start();
      await use(app);
      await app.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  baseURL: ({ app }, use) => use(app.url),

  // Every story begins in a sandbox where nothing has happened yet.
  sandbox: [
    async ({ app }, use, testInfo) => {
      await app.sandbox.reset();
      app.takeOutput();
      await use(app.sandbox);
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('what the app wrote', { body: app.takeOutput(), contentType: 'text/plain' });
      }
    },
    { auto: true },
  ],

  person: async ({ page }, use) => {
    const person = { name: 'Ada Lovelace', email: `ada-${randomUUID()}@example.com`, password: 'engine no. 1, 1843', page };
    const { name, email, password } = person;
    // The browser's own cookie jar takes the session from the answer.
    const answer = await page.request.post('/api/auth/register', { data: { name, email, password } });
    expect(answer.status(), await answer.text()).toBe(201);
    await use(person);
  },

  context: async ({ context }, use) => {
    await watchIslands(context);
    await use(context);
  },

  quietConsole: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on('weberror', (problem) => complaints.push(problem.error().message));
      context.on('console', (message) => {
        // Refused requests are logged as errors too, and many a story provokes one.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
      });
      await use();
      expect(complaints, 'errors in the browser console').toEqual([]);
    },
    { auto: true },
  ],
});

/** How people look at a page: in either scheme, on a phone, a tablet and a desk. */
const schemes = ['light', 'dark'] as const;
const widths = [360, 768, 1440];

/**
 * Expects that axe finds nothing at all to say about the page as it stands, however people look at it. The page is not loaded again:
 * what is open stays open. The story goes on, so that it tells of every page.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      expect.soft(await complaints(page), `in ${colorScheme} at ${width} px`).toEqual([]);
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}

/** What axe says about the page. It is brought into a document once: that takes longer than its work. */
async function complaints(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.target.join(' ')).join('\n  ')}`);
  });
}
