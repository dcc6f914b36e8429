import type { BrowserContext, Page } from '@playwright/test';

declare global {
  interface Window {
    /** Islands that listen to what people do in them. */
    alive: WeakSet<Element>;
  }
}

/** Takes note of the islands that come alive on every page of this browser, in whichever tab. */
export async function watchIslands(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.alive = new WeakSet();
    const listen = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (this: EventTarget, ...listener: Parameters<typeof listen>) {
      const island = this instanceof Element ? this.parentElement : null;
      if (island?.localName === 'leptos-island') window.alive.add(island);
      return listen.apply(this, listener);
    };
  });
}

/** Waits until the wasm has arrived: before that, every control is a plain link or form. */
export async function alive(page: Page): Promise<void> {
  await page.waitForFunction(() => [...document.querySelectorAll('leptos-island')].every((island) => window.alive.has(island)));
}

/** Opens a page of ours and waits until it is alive. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await alive(page);
}
