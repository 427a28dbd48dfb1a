/** Signs in, sends one message to a handle, waits until the server has it, and signs out: send.mjs SERVER HANDLE PASSWORD TO TEXT */
import { Parley, ParleyError } from "@parley/sdk";
import { WebSocket } from "ws";

const [server = "", handle = "", password = "", to = "", text = ""] = process.argv.slice(2);
const parley = new Parley({ server, WebSocket, deviceName: "send.mjs", platform: "node" });
try {
  const client = await parley.signIn({ handle, password });
  const person = await client.http.findByHandle(to);
  if (person === undefined) throw new Error(`Nobody is called ${to} here.`);
  const { channel } = await client.openDirect(person.account);
  const { sendId } = await client.post(channel, { text });
  const result = await client.outcome(sendId, { signal: AbortSignal.timeout(30_000) });
  console.log(result.outcome === "posted" ? `Posted as number ${result.seq}.` : `Refused: ${result.refused}`);
} catch (error) {
  console.error(error instanceof ParleyError ? `${error.name}: ${error.message}` : String(error));
  process.exitCode = 1;
} finally {
  await parley.signOut();
}
