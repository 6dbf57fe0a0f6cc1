/** How often a server that dies is started again, and after which pauses. */

const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** A server that ran this long before it died is taken for a healthy one, and the count begins anew. */
const HEALTHY_MS = 180_000;

export class Backoff {
  private deaths = 0;
  private started = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** The server is there. */
  up(): void {
    this.started = this.now();
  }

  /** The pause before the next start, in milliseconds; undefined when the server has died too often. */
  next(): number | undefined {
    if (this.started && this.now() - this.started > HEALTHY_MS) {
      this.deaths = 0;
    }
    this.deaths += 1;
    return PAUSES_MS[this.deaths - 1];
  }

  get attempts(): number {
    return this.deaths;
  }
}
