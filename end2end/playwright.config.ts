import { defineConfig } from '@playwright/test';

// Run by `make test`; one story alone, once the server and the site are built: `npx playwright test -g "smoke"` in this folder.
export default defineConfig({
  testDir: 'tests',
  outputDir: '../target/end2end/results',
  reporter: [['list'], ['junit', { outputFile: '../target/end2end/junit.xml' }]],
  fullyParallel: true,
  workers: 2,
  // A story that passes only at the second try is a broken story.
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 30_000,
  globalTimeout: 20 * 60_000,
  expect: { timeout: 7_000 },
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'Europe/Paris',
    screenshot: 'only-on-failure',
    // Motion explains a change to people; to a test it is a moment in which nothing holds still.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      // Without CHROMIUM, the one Playwright installs itself.
      executablePath: process.env.CHROMIUM || undefined,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
