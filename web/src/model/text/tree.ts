/** What a message's text looks like, without how it is drawn. Everything in it is text: nothing is ever markup. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "strong" | "emphasis" | "strike"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  /** `href` begins with http:, https: or mailto:; `text` is what was written. */
  | { readonly kind: "link"; readonly href: string; readonly text: string }
  /** `text` is what was written, with its "@". */
  | { readonly kind: "mention"; readonly account: string; readonly text: string };

export type Block =
  | { readonly kind: "paragraph" | "quote"; readonly lines: readonly (readonly Inline[])[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string };
