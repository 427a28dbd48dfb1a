/** How long a search in 100,000 messages takes, as somebody types; in this process, which has the same engine as Chromium. */
import { expect, test } from "../e2e/support/stories.ts";
import { SearchIndex } from "../src/model/search/search_index.ts";
import { note, percentile } from "./support/figures.ts";

type Channel = Parameters<SearchIndex["put"]>[0]["channel"];

const messages = 100_000;
const channels = 200;
const wordsOf: Readonly<Record<string, readonly string[]>> = {
  latin:
    "the train is late again so let us meet at the station after work and bring cake coffee mountains river bicycle garden Köln café Straße naïve über garçon".split(
      " ",
    ),
  japanese: "明日は 東京駅で 会いましょう 了解です 遅れます ごめんなさい 写真 週末 お茶 ビール 電車 が 来ない".split(
    " ",
  ),
  arabic: "غدا نلتقي في المحطة بعد العمل شكرا جزيلا صورة القهوة الجبل النهر مُحَمَّد أحمد".split(" "),
};
const queries = [
  "t",
  "tr",
  "tra",
  "train",
  "stra",
  "koln cafe",
  "東京",
  "東京駅で",
  "び",
  "محمد",
  "القهوة",
  "station x17",
  "x9",
];

/** The same each time. */
function dice(): (below: number) => number {
  let state = 12_345;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("search in 100,000 messages", () => {
  const roll = dice();
  const index = new SearchIndex();
  const scripts = Object.values(wordsOf);
  const began = performance.now();
  for (let number = 0; number < messages; number += 1) {
    const words = scripts[roll(10) < 6 ? 0 : roll(scripts.length)] ?? [];
    const text = Array.from({ length: 3 + roll(15) }, () => words[roll(words.length)]).join(" ");
    const channel = `channel-${roll(channels)}` as Channel;
    index.put({ channel, seq: number, time: number }, `${text} x${roll(5_000)}`);
  }
  note("reading 100,000 messages into the search", performance.now() - began, "ms");
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    for (const query of queries) {
      const asked = performance.now();
      const { total } = index.search(query);
      times.push(performance.now() - asked);
      expect(total, query).toBeGreaterThan(0);
    }
  }
  note("search in 100,000 messages, slowest query", percentile(times, 1), "ms", "<= 100");
  note("  median", percentile(times, 0.5), "ms");
});
