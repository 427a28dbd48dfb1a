import { Parley } from "@parley/sdk";
import { WebSocket } from "ws";

const [server = "http://127.0.0.1:8080", handle = "echo", password = "correct horse"] = process.argv.slice(2);
const bot = await new Parley({ server, WebSocket, deviceName: "Echo bot" }).signIn({ handle, password });
for await (const told of bot.events()) {
  if (told.type !== "events" || told.placement === "older") continue;
  for (const { seq, account, body, content } of told.events) {
    if (seq <= told.channel.registers.read || account === bot.me?.account) continue; // answered, or its own
    if (body.kind !== "message" || content?.kind !== "text") continue;
    await bot.post(told.channel.id, { text: `You said: ${content.text}`, replyTo: seq });
    await bot.read(told.channel.id, seq);
  }
}
