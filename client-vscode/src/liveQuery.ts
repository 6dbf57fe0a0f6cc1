/**
 * A question that is still being typed: asked after a short pause, the former one cancelled, late answers dropped.
 *
 * It knows which text the shown answer belongs to, so that a list is never taken for the answer to a newer text.
 */

export interface Shown<A> {
  query: string;
  answer: A;
}

export interface LiveState<A> {
  /** The text as it stands, trimmed. */
  text: string;
  /** The newest answer, with the text that it answers. */
  shown: Shown<A> | undefined;
  /** An answer to `text` is on its way. */
  busy: boolean;
  /** The shown answer has taken the place of a first one to the same text. */
  better: boolean;
  /** Why there is no answer to `text`. */
  error: unknown;
}

export interface Pauses {
  /** Without a keystroke until the question is asked. */
  debounceMs: number;
  /** With an answer until the better one is asked for; undefined: never. */
  restMs: number | undefined;
}

const NOTHING = { shown: undefined, busy: false, better: false, error: undefined };

export type Ask<A> = (query: string, signal: AbortSignal) => Promise<A>;

export class LiveQuery<A> {
  private state: LiveState<A> = { text: "", ...NOTHING };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly ask: Ask<A>,
    private readonly askBetter: Ask<A>,
    private readonly changed: (state: LiveState<A>) => void,
    private readonly pauses: Pauses,
  ) {}

  /** Whether the shown answer belongs to another text than the one that stands there now. */
  get stale(): boolean {
    return this.state.shown?.query !== this.state.text;
  }

  get current(): LiveState<A> {
    return this.state;
  }

  /** Take the text as it stands after a keystroke. */
  type(text: string): void {
    const query = text.trim();
    if (query === this.state.text) {
      return;
    }
    this.stop();
    if (!query) {
      this.set({ text: "", ...NOTHING });
      return;
    }
    this.set({ ...this.state, text: query, busy: true, better: false, error: undefined });
    this.timer = setTimeout(() => void this.run(query), this.pauses.debounceMs);
  }

  /** Resolve once the text that stands there has been answered or has failed. */
  settled(): Promise<void> {
    return this.state.busy ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }

  dispose(): void {
    this.stop();
    this.wake();
  }

  private async run(query: string): Promise<void> {
    const controller = new AbortController();
    this.running = controller;
    const { signal } = controller;
    try {
      const answer = await this.ask(query, signal);
      if (!signal.aborted) {
        this.set({ ...NOTHING, text: query, shown: { query, answer } });
        const { restMs } = this.pauses;
        if (restMs !== undefined) {
          this.timer = setTimeout(() => void this.improve(query, signal), restMs);
        }
      }
    } catch (error) {
      if (!signal.aborted) {
        this.set({ ...NOTHING, text: query, error });
      }
    }
  }

  private async improve(query: string, signal: AbortSignal): Promise<void> {
    try {
      const answer = await this.askBetter(query, signal);
      if (!signal.aborted) {
        this.set({ ...NOTHING, text: query, shown: { query, answer }, better: true });
      }
    } catch {
      // The first answer stands.
    }
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = undefined;
  }

  private set(state: LiveState<A>): void {
    this.state = state;
    this.changed(state);
    if (!state.busy) {
      this.wake();
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) {
      resolve();
    }
  }
}
