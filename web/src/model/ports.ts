import type {
  AccountChange,
  AccountId,
  ChatClient,
  Device,
  DeviceId,
  ExportPart,
  OwnAccount,
  Profile,
} from "@parley/sdk";

export type { AccountChange, Audience, Device, ExportPart, OwnAccount, Profile } from "@parley/sdk";

interface Call {
  readonly signal?: AbortSignal | undefined;
}

/** What the app asks over HTTP. */
export interface AppHttp {
  account(options?: Call): Promise<OwnAccount>;
  changeAccount(change: AccountChange, options?: Call): Promise<OwnAccount>;
  changePassword(oldPassword: string, newPassword: string, options?: Call): Promise<void>;
  deleteAccount(password: string, erase: boolean, options?: Call): Promise<void>;
  exportData(options?: Call): AsyncIterable<ExportPart>;
  devices(options?: Call): Promise<readonly Device[]>;
  renameDevice(device: DeviceId, name: string, options?: Call): Promise<void>;
  revokeDevice(device: DeviceId, options?: Call): Promise<void>;
  findByHandle(handle: string, options?: Call): Promise<Profile | undefined>;
  findPeople(prefix: string, wish?: { limit?: number }, options?: Call): Promise<readonly Profile[]>;
  lookUp(accounts: readonly AccountId[], options?: Call): Promise<readonly Profile[]>;
  contacts(options?: Call): Promise<readonly Profile[]>;
  addContact(account: AccountId, options?: Call): Promise<void>;
  removeContact(account: AccountId, options?: Call): Promise<void>;
  blocks(options?: Call): Promise<readonly Profile[]>;
  block(account: AccountId, options?: Call): Promise<void>;
  unblock(account: AccountId, options?: Call): Promise<void>;
}

/** The SDK's client as the app uses it. */
export interface AppClient extends ChatClient {
  readonly http: AppHttp;
}
