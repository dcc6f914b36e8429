/** Every platform by its id, as people call it. */
export const platformNames = {
  instagram: 'Instagram',
  tiktok: 'TikTok',
  youtube: 'YouTube',
  x: 'X',
  reddit: 'Reddit',
  onlyfans: 'OnlyFans',
} as const;

export type Platform = keyof typeof platformNames;

export interface Fault {
  platform: Platform;
  /** "METHOD /path" as counted in the state, or a part of it; every endpoint if left out. */
  endpoint?: string;
  /** A status code with the platform's own error body, or a way of failing to answer. */
  kind: number | 'latency' | 'hang' | 'cut' | 'garbage';
  /** How often; for ever if left out. */
  times?: number;
  /** How long the answer is held back, with `latency`. */
  ms?: number;
}

/** The sandbox's control interface: what the platforms do to people, on demand. */
export class Sandbox {
  constructor(readonly url: string) {}

  /** Accounts, grants, and calls counted by platform and endpoint. */
  state(): Promise<any> {
    return this.call('GET', 'state');
  }

  /** How many grants a platform still honours. */
  async grants(platform: Platform): Promise<number> {
    const { grants } = await this.state();
    return grants.filter((grant: any) => grant.platform === platform && (grant.liveAccessTokens > 0 || grant.renewable)).length;
  }

  fault(fault: Fault): Promise<unknown> {
    return this.call('POST', 'faults', fault);
  }

  clearFaults(): Promise<unknown> {
    return this.call('DELETE', 'faults');
  }

  /** How long the tokens live that are issued from now on. */
  lifetimes(platform: Platform, lifetimes: { accessSeconds?: number; refreshSeconds?: number }): Promise<unknown> {
    return this.call('POST', `${platform}/lifetimes`, lifetimes);
  }

  /** The person takes the app's access away at the platform. */
  revoke(platform: Platform, account: string): Promise<unknown> {
    return this.call('POST', `${platform}/revoke`, { account });
  }

  /** The platform ends an access token before its time; what renews it lives on. */
  expire(platform: Platform, account: string): Promise<unknown> {
    return this.call('POST', `${platform}/expire`, { account });
  }

  /** Moves the platforms' clock; the app keeps its own. */
  advance(advanceSeconds: number): Promise<unknown> {
    return this.call('POST', 'clock', { advanceSeconds });
  }

  reset(): Promise<unknown> {
    return this.call('POST', 'reset');
  }

  private async call(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.url}/control/${path}`, {
      method,
      headers: body && { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`sandbox: ${method} /control/${path} answered ${answer.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
