/* Calls in order, though some must wait: for a pipeline that is being compiled, or for the host to compute what the device
   lacks. A task that returns a promise holds up those behind it; while none does, tasks are performed at once.

     idle ──add(task)──▶ performed ──returns a promise──▶ waiting ──settled──▶ the list is performed ──▶ idle            */

export type Task = () => void | Promise<void>;

export class Order {
  readonly #list: Task[] = [];
  readonly #fail: (error: Error) => void;
  #waiting: Promise<void> | undefined;
  #next = 0;

  constructor(fail: (error: Error) => void) {
    this.#fail = fail;
  }

  /** Performs the task after all added before it: at once where none is waiting. */
  add(task: Task): void {
    if (this.#waiting) this.#list.push(task);
    else this.#perform(task);
  }

  /** Whether a task added now would be performed at once. */
  get idle(): boolean {
    return !this.#waiting;
  }

  #perform(task: Task): void {
    let promise: void | Promise<void>;
    try {
      promise = task();
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (promise) this.#waiting = promise.catch((error: Error) => this.#fail(error)).then(() => this.#resume());
  }

  #resume(): void {
    this.#waiting = undefined;
    while (this.#next < this.#list.length) {
      this.#perform(this.#list[this.#next++]!);
      if (this.#waiting) return;
    }
    this.#list.length = 0;
    this.#next = 0;
  }
}
