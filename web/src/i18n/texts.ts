/** The texts of a language as its file has them. */
export interface TextTree {
  readonly [key: string]: string | TextTree;
}

export type TextValues = Readonly<Record<string, string | number>>;

/** The texts of one language: `{{name}}` stands for a value, and a `count` chooses between the forms of a plural. */
export class Texts {
  readonly #texts = new Map<string, string>();
  readonly #plurals: Intl.PluralRules;

  constructor(language: string, tree: TextTree) {
    this.#plurals = new Intl.PluralRules(language);
    this.#add(tree, "");
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  /** The key itself where there is no such text. */
  get(key: string, values: TextValues = {}): string {
    const { count } = values;
    const form = typeof count === "number" ? this.#texts.get(`${key}_${this.#plurals.select(count)}`) : undefined;
    const text = form ?? this.#texts.get(key) ?? key;
    return text.replace(/\{\{(\w+)\}\}/gu, (_, name: string) => String(values[name] ?? ""));
  }

  #add(tree: TextTree, path: string): void {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value === "string") this.#texts.set(path + key, value);
      else this.#add(value, `${path}${key}.`);
    }
  }
}
