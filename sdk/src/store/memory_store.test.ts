import { MemoryStore } from "./memory_store.ts";
import { storeContract } from "./store_contract_for_test.ts";

storeContract("MemoryStore", () => {
  const store = new MemoryStore();
  return async () => store;
});
