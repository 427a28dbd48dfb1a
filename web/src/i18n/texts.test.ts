import { describe, expect, test } from "vitest";
import { Texts } from "./texts.ts";

const tree = {
  list: { title: "Chats", hello: "Hello {{name}}, {{name}}!" },
  new_one: "{{count}} message",
  new_other: "{{count}} messages",
};

describe("Texts", () => {
  test("finds a text by its path, and puts values in each of their places", () => {
    const texts = new Texts("en", tree);
    expect(texts.get("list.title")).toBe("Chats");
    expect(texts.get("list.hello", { name: "Ana" })).toBe("Hello Ana, Ana!");
  });

  test("chooses the form of a plural by the rules of the language", () => {
    const arabic = { day_zero: "0", day_one: "1", day_two: "2", day_few: "few", day_many: "many", day_other: "other" };
    const texts = new Texts("ar", arabic);
    expect([0, 1, 2, 3, 11, 100].map((count) => texts.get("day", { count }))).toEqual([
      ...["0", "1", "2", "few", "many", "other"],
    ]);
    expect(new Texts("en", tree).get("new", { count: 1 })).toBe("1 message");
    expect(new Texts("en", tree).get("new", { count: 0 })).toBe("0 messages");
  });

  test("takes values for text: neither places nor the signs of replacements are looked for in them", () => {
    const texts = new Texts("en", tree);
    expect(texts.get("list.hello", { name: "$& {{count}}", count: 3 })).toBe("Hello $& {{count}}, $& {{count}}!");
  });

  test("says the key where there is no text, so that it is seen", () => {
    expect(new Texts("en", tree).get("list.nothing")).toBe("list.nothing");
    expect(new Texts("en", tree).get("list")).toBe("list");
  });
});
