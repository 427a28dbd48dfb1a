/** The people and conversations that the pictures show. */
import type { ChannelId } from "../../../sdk/src/index.ts";
import { directChannel, done, group, invite, type Person, post } from "../support/people.ts";

export interface World {
  readonly ana: Person;
  readonly ben: Person;
  /** Signed in, with no conversation at all. */
  readonly newcomer: Person;
  readonly direct: ChannelId;
  readonly group: ChannelId;
  /** One of a person who blocked Ana, which she is not told. */
  readonly silent: ChannelId;
  /** One of a person whom Ana blocked. */
  readonly blocked: ChannelId;
  readonly notes: ChannelId;
  /** Of Ben's, put into the archive by Ana. */
  readonly old: ChannelId;
  /** What stands behind the "#" of an invitation into the group. */
  readonly link: string;
}

type Sign = (handle: string, name?: string) => Promise<Person>;

/** Signs everybody up, and lets them talk: one after the other, for some refer to others by their place. */
export async function makeWorld(sign: Sign): Promise<World> {
  const newcomer = await sign("newcomer", "Noor");
  const ana = await named(sign, "ana", "Ana Lima", "emoji:4:🚲");
  const ben = await named(sign, "ben", "Ben Okafor", "");
  const chie = await named(sign, "chie", "山本 千恵", "emoji:1:🍊");
  const dana = await named(sign, "dana", "دانا حداد", "");
  const eli = await named(sign, "eli", "Eli Novák", "");
  const greta = await named(sign, "greta", "Greta Sørensen-Vandenberghe", "emoji:6:🪻");
  await ana.client.http.changeAccount({ about: "Cycling, maps, too much coffee." });
  await ben.client.http.changeAccount({ about: "Bakes on Sundays." });
  for (const one of [ben, chie, dana, greta]) await ana.client.http.addContact(one.account);

  const notes = await done(ana.client, ana.client.openSelf());
  await post(ana, notes, "Bakery on Linden Street: closed on *Mondays*");
  const old = await group("Old flat", ben, ana);
  await post(ben, old, "Keys are with the neighbour.");
  await ana.client.setRegisters(old, { archived: true });
  const silent = await directChannel(ana, eli);
  await post(eli, silent, "Can you have a look at the second page before tomorrow?");
  await eli.client.http.block(ana.account);
  const viktor = await sign("viktor", "Viktor");
  const blocked = await directChannel(ana, viktor);
  await post(viktor, blocked, "Last chance! Only today!");
  await ana.client.setRegisters(blocked, { archived: true });
  await ana.client.http.block(viktor.account);

  await smallTalk(ana, ben, chie, dana, greta);
  const direct = await dinner(ana, ben);
  const { trip, link } = await alps(ana, ben, chie, dana, greta);
  return { ana, ben, newcomer, direct, group: trip, silent, blocked, notes, old, link };
}

async function named(sign: Sign, handle: string, name: string, avatar: string): Promise<Person> {
  const person = await sign(handle, name);
  if (avatar !== "") await person.client.http.changeAccount({ avatar });
  return person;
}

async function smallTalk(ana: Person, ben: Person, chie: Person, dana: Person, greta: Person): Promise<void> {
  const house = await group("House 14b", ben, ana, greta);
  await post(greta, house, "The lift is being repaired until Friday.", "And please close the gate at night.");
  await ana.client.setRegisters(house, { mutedUntil: -1 });
  const choir = await group("Choir on Tuesdays 🎶", greta, ana);
  await done(greta.client, greta.client.describe(choir, { avatar: "emoji:7:🎼" }));
  await post(greta, choir, "New scores are in the cupboard.");
  await reads(ana, choir, 3);
  const parents = await group("Parents, class 3", dana, ana, ben);
  const asked = { text: "@ana could you bring the big map on Friday?", mentions: [ana.account] };
  await done(dana.client, dana.client.post(parents, asked));
  await post(dana, await directChannel(ana, dana), "شكرا جزيلا!");
  const photos = await directChannel(ana, chie);
  await post(chie, photos, "日曜日の写真、アルバムに入れました。");
  await reads(ana, photos, 2);
  await ana.client.setRegisters(photos, { markedUnread: true });
  const long = await directChannel(ana, greta);
  await post(ana, long, "I will be ten minutes late, the bridge is closed and everybody has to go round by the mill.");
}

async function dinner(ana: Person, ben: Person): Promise<ChannelId> {
  const direct = await directChannel(ana, ben);
  await post(ana, direct, "Did you find the keys?");
  await post(ben, direct, "In the fridge. Do not ask.", "Dinner on Thursday?");
  await post(ana, direct, "Thursday is perfect. I bring dessert, and the good map.");
  await post(ben, direct, "🥳", "Then I cook. Any wishes?");
  await done(ana.client, ana.client.post(direct, { text: "The soup with the roasted peppers!", replyTo: 7 }));
  await done(ana.client, ana.client.react(direct, 3, "😂"));
  await done(ben.client, ben.client.react(direct, 5, "❤️"));
  await post(ben, direct, "Shopping:\n- peppers\n- *lots* of bread\n- `250 g` feta");
  await reads(ana, direct, 11);
  await reads(ben, direct, 11);
  return direct;
}

async function alps(ana: Person, ben: Person, chie: Person, dana: Person, greta: Person) {
  const trip = await group("Alps in June", ana, ben, chie, dana, greta);
  const about = { avatar: "emoji:5:🏔️", description: "Five people, four days, one hut without a shower." };
  await done(ana.client, ana.client.describe(trip, about));
  const { link } = await invite(ana, trip, { uses: 10 });
  await post(ben, trip, "The hut has room for five from the 12th.", "Shall I book it? *Today* is the last day.");
  await post(chie, trip, "はい、お願いします！");
  await post(dana, trip, "رائع، أنا معكم");
  await post(greta, trip, "oops, wrong chat");
  await done(greta.client, greta.client.delete(trip, [8]));
  await post(
    ana,
    trip,
    "Yes! Meeting point: https://example.org/meeting-point\n> Today is the last day\nThen book it :)",
  );
  const better = "Yes! Meeting point: https://example.org/meeting-point\n> Today is the last day\nThen book it!";
  await done(ana.client, ana.client.edit(trip, 10, better));
  await done(ben.client, ben.client.react(trip, 10, "🎉"));
  await done(chie.client, chie.client.react(trip, 10, "🎉"));
  await done(greta.client, greta.client.react(trip, 10, "❤️"));
  const offer = { text: "I have a second rope, @ben", replyTo: 10, mentions: [ben.account] };
  await done(greta.client, greta.client.post(trip, offer));
  await post(ben, trip, "Booked 🙌");
  await ana.client.setRegisters(trip, { pinned: true });
  return { trip, link };
}

/** Reads up to `seq`, once it is there. */
async function reads({ client }: Person, channel: ChannelId, seq: number): Promise<void> {
  const isThere = () => (client.channel(channel)?.head ?? 0) >= seq;
  if (!isThere()) {
    await new Promise<void>((resolve) => {
      const stop = client.on("events", () => {
        if (!isThere()) return;
        stop();
        resolve();
      });
    });
  }
  await client.read(channel, seq);
}
