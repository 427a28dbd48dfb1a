import { ParleyError } from "../errors.ts";
import { type AccountId, type DeviceId, idToBytes } from "../ids.ts";
import { encode } from "../wire/codec.ts";
import { type CallerSettings, type CallOptions, HttpCaller, SignedInCaller, type TokenSource } from "./caller.ts";
import { type ExportPart, exportParts } from "./export.ts";
import { operations } from "./operations.ts";
import {
  type AccountChange,
  type Device,
  deviceOf,
  type OwnAccount,
  ownAccountOf,
  type Profile,
  profileOf,
  wireAudience,
} from "./people.ts";

/** Accounts in one request for profiles. */
const lookUpAtOnce = 200;

/** An invitation to sign up on a server that wants one. */
export interface SignUpInvitation {
  /** A secret that is shown once. */
  readonly invitation: string;
  readonly expires: number;
}

/**
 * What is asked over HTTP: one's own account, devices, people. Every call rejects with a ParleyError, or with the
 * reason of its `signal`.
 */
export class HttpApi {
  readonly #caller: SignedInCaller;
  readonly #tokens: TokenSource;

  constructor(settings: CallerSettings, tokens: TokenSource) {
    this.#caller = new SignedInCaller(new HttpCaller(settings), tokens);
    this.#tokens = tokens;
  }

  // ---- one's own account ----------------------------------------------------------------------------------------

  async account(options?: CallOptions): Promise<OwnAccount> {
    return ownAccountOf(await this.#caller.ask(operations.getAccount, "Account", {}, options));
  }

  async changeAccount(change: AccountChange, options?: CallOptions): Promise<OwnAccount> {
    const { lastSeen, online, ...rest } = change;
    const body = encode("ChangeAccount", {
      ...rest,
      ...(lastSeen === undefined ? {} : { lastSeen: wireAudience(lastSeen) }),
      ...(online === undefined ? {} : { online: wireAudience(online) }),
    });
    return ownAccountOf(await this.#caller.ask(operations.changeAccount, "Account", { body }, options));
  }

  /** Signs out all other devices. `wrong_credentials`, `weak_password`. */
  async changePassword(oldPassword: string, newPassword: string, options?: CallOptions): Promise<void> {
    const body = encode("ChangePassword", { oldPassword, newPassword });
    await this.#caller.send(operations.changePassword, { body }, options);
  }

  /**
   * Deletes the account for ever; with `erase` also all that was written. `wrong_credentials`. Afterwards nobody is
   * signed in here.
   */
  async deleteAccount(password: string, erase: boolean, options?: CallOptions): Promise<void> {
    const body = encode("DeleteAccount", { password, erase });
    await this.#caller.send(operations.deleteAccount, { body, cookie: true }, options);
    this.#tokens.endSignIn(new ParleyError("signed_out", "The account was deleted."));
  }

  /** Everything about oneself, as JSON Lines, part by part. */
  exportData(options?: CallOptions): AsyncIterable<ExportPart> {
    return exportParts(this.#caller, options);
  }

  /** For servers where sign-up needs one: once within seven days where nothing else is said. */
  async createSignUpInvitation(wish: { uses?: number; lifeMs?: number } = {}, options?: CallOptions) {
    const body = encode("CreateSignUpInvitation", { uses: wish.uses ?? 0, lifeMs: wish.lifeMs ?? 0 });
    const answer = await this.#caller.ask(operations.createSignUpInvitation, "SignUpInvitation", { body }, options);
    return { invitation: answer.invitation, expires: answer.expires } satisfies SignUpInvitation;
  }

  // ---- devices --------------------------------------------------------------------------------------------------

  /** Oldest first. */
  async devices(options?: CallOptions): Promise<readonly Device[]> {
    const answer = await this.#caller.ask(operations.listDevices, "Devices", {}, options);
    return answer.devices.map(deviceOf);
  }

  async renameDevice(device: DeviceId, name: string, options?: CallOptions): Promise<void> {
    const body = encode("RenameDevice", { name });
    await this.#caller.send(operations.renameDevice, { params: { id: device }, body }, options);
  }

  /** Signs a device out; its live sessions end at once. */
  async revokeDevice(device: DeviceId, options?: CallOptions): Promise<void> {
    await this.#caller.send(operations.revokeDevice, { params: { id: device } }, options);
  }

  // ---- people ---------------------------------------------------------------------------------------------------

  /** By the whole handle; undefined: nobody has it. */
  async findByHandle(handle: string, options?: CallOptions): Promise<Profile | undefined> {
    try {
      const query = { handle: handle.toLowerCase() };
      const answer = await this.#caller.ask(operations.findPeople, "People", { query }, options);
      return answer.people.map(profileOf)[0];
    } catch (error) {
      if (error instanceof ParleyError && error.name === "account_unknown") return undefined;
      throw error;
    }
  }

  /** By the beginning of a handle, among contacts and people of shared channels (everybody on an open server). */
  async findPeople(prefix: string, wish: { limit?: number } = {}, options?: CallOptions): Promise<readonly Profile[]> {
    const query = { prefix: prefix.toLowerCase(), limit: wish.limit ?? 20 };
    return (await this.#caller.ask(operations.findPeople, "People", { query }, options)).people.map(profileOf);
  }

  /** Profiles in the order asked for; accounts that never existed are left out. */
  async lookUp(accounts: readonly AccountId[], options?: CallOptions): Promise<readonly Profile[]> {
    const found: Profile[] = [];
    for (let at = 0; at < accounts.length; at += lookUpAtOnce) {
      const ids = accounts.slice(at, at + lookUpAtOnce).map(idToBytes);
      const body = encode("LookUpPeople", { accounts: ids });
      const answer = await this.#caller.ask(operations.lookUpPeople, "People", { body }, options);
      found.push(...answer.people.map(profileOf));
    }
    return found;
  }

  /** All of them, by handle. */
  contacts(options?: CallOptions): Promise<readonly Profile[]> {
    return this.#allPages(operations.listContacts, options);
  }

  async addContact(account: AccountId, options?: CallOptions): Promise<void> {
    await this.#caller.send(operations.addContact, { params: { id: account } }, options);
  }

  async removeContact(account: AccountId, options?: CallOptions): Promise<void> {
    await this.#caller.send(operations.removeContact, { params: { id: account } }, options);
  }

  /** All whom one blocks, by handle. */
  blocks(options?: CallOptions): Promise<readonly Profile[]> {
    return this.#allPages(operations.listBlocks, options);
  }

  async block(account: AccountId, options?: CallOptions): Promise<void> {
    await this.#caller.send(operations.addBlock, { params: { id: account } }, options);
  }

  async unblock(account: AccountId, options?: CallOptions): Promise<void> {
    await this.#caller.send(operations.removeBlock, { params: { id: account } }, options);
  }

  async #allPages(
    operation: typeof operations.listContacts | typeof operations.listBlocks,
    options: CallOptions | undefined,
  ): Promise<readonly Profile[]> {
    const found: Profile[] = [];
    let after = "";
    do {
      const query = after === "" ? {} : { after };
      const page = await this.#caller.ask(operation, "People", { query }, options);
      found.push(...page.people.map(profileOf));
      after = page.next;
    } while (after !== "");
    return found;
  }
}
