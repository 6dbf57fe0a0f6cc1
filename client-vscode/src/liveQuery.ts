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
  /** Why there is no answer to `text`. */
  error: unknown;
}

export type Ask<A> = (query: string, signal: AbortSignal) => Promise<A>;

export class LiveQuery<A> {
  private state: LiveState<A> = { text: "", shown: undefined, busy: false, error: undefined };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  private waiting: (() => void)[] = [];

  constructor(
    private readonly ask: Ask<A>,
    private readonly changed: (state: LiveState<A>) => void,
    private readonly debounceMs: number,
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
      this.set({ text: "", shown: undefined, busy: false, error: undefined });
      return;
    }
    this.set({ ...this.state, text: query, busy: true, error: undefined });
    this.timer = setTimeout(() => void this.run(query), this.debounceMs);
  }

  /** Ask again, such as after the folder was changed that is searched. */
  again(): void {
    const { text } = this.state;
    if (text) {
      this.stop();
      this.set({ text, shown: undefined, busy: true, error: undefined });
      void this.run(text);
    }
  }

  /** Resolve once the text that stands there has been answered or has failed. */
  settled(): Promise<void> {
    return this.state.busy ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve();
  }

  /** Put a better answer to the same text in place of the shown one; ignored when the text has changed. */
  improve(query: string, answer: A): void {
    if (query === this.state.text && !this.state.busy) {
      this.set({ ...this.state, shown: { query, answer } });
    }
  }

  dispose(): void {
    this.stop();
    this.wake();
  }

  private async run(query: string): Promise<void> {
    const controller = new AbortController();
    this.running = controller;
    try {
      const answer = await this.ask(query, controller.signal);
      if (!controller.signal.aborted) {
        this.set({ text: query, shown: { query, answer }, busy: false, error: undefined });
      }
    } catch (error) {
      if (!controller.signal.aborted) {
        this.set({ text: query, shown: undefined, busy: false, error });
      }
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
