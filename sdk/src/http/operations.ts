/** A request of docs/openapi.yaml. `{name}` in a path is filled in by the caller. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
}

/** Every request that the SDK makes, by its `operationId` in docs/openapi.yaml. */
export const operations = {
  signUp: { method: "POST", path: "/v1/accounts" },
  signIn: { method: "POST", path: "/v1/auth/sign-in" },
  refresh: { method: "POST", path: "/v1/auth/refresh" },
  signOut: { method: "POST", path: "/v1/auth/sign-out" },
  signOutEverywhere: { method: "POST", path: "/v1/auth/sign-out-everywhere" },
  changePassword: { method: "POST", path: "/v1/account/password" },
  createSignUpInvitation: { method: "POST", path: "/v1/sign-up-invitations" },
  getAccount: { method: "GET", path: "/v1/account" },
  changeAccount: { method: "PATCH", path: "/v1/account" },
  deleteAccount: { method: "DELETE", path: "/v1/account" },
  listDevices: { method: "GET", path: "/v1/devices" },
  renameDevice: { method: "PATCH", path: "/v1/devices/{id}" },
  revokeDevice: { method: "DELETE", path: "/v1/devices/{id}" },
  findPeople: { method: "GET", path: "/v1/people" },
  lookUpPeople: { method: "POST", path: "/v1/people/lookup" },
  listContacts: { method: "GET", path: "/v1/contacts" },
  addContact: { method: "PUT", path: "/v1/contacts/{id}" },
  removeContact: { method: "DELETE", path: "/v1/contacts/{id}" },
  listBlocks: { method: "GET", path: "/v1/blocks" },
  addBlock: { method: "PUT", path: "/v1/blocks/{id}" },
  removeBlock: { method: "DELETE", path: "/v1/blocks/{id}" },
  exportAccount: { method: "GET", path: "/v1/export" },
} as const satisfies Readonly<Record<string, Operation>>;
