import type { Parley, ParleyClient, ParleyError } from "@parley/sdk";
import { Observable } from "./observable.ts";
import type { Router } from "./router.ts";
import { Session } from "./session.ts";

/** The app of one page: who is signed in, and where they are. */
export class App {
  readonly parley: Parley;
  readonly router: Router;
  readonly session: Observable<Session | undefined>;
  /** Why the server ended the sign-in. */
  readonly signedOut = new Observable<ParleyError | undefined>(undefined);

  constructor(parley: Parley, router: Router) {
    this.parley = parley;
    this.router = router;
    this.session = new Observable(parley.client && new Session(parley.client));
    parley.onClient((client, why) => this.#use(client, why));
  }

  /** What is being written is not lost when the page goes. */
  async flush(): Promise<void> {
    await this.session.get()?.drafts.flush();
  }

  #use(client: ParleyClient | undefined, why: ParleyError | undefined): void {
    const before = this.session.get();
    if (before !== undefined && before.client === client) return;
    before?.close();
    this.session.set(client && new Session(client));
    this.signedOut.set(why);
  }
}
