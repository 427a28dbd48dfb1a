/** The pictures of the README: docs/images, made by `make pictures`. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";

const folder = new URL("../../../docs/images/", import.meta.url);
const mostBytes = 120_000;

/** Screen and look, and what it is called. */
const chosen: Readonly<Record<string, string>> = {
  "group light-desk": "group",
  "conversation dark-desk": "conversation-dark",
  "search light-desk": "search",
  "list dark-phone": "phone-list-dark",
  "message-menu light-phone": "phone-menu",
  "group dark-phone-arabic": "phone-arabic-dark",
  "invitation-link light-phone": "phone-invitation",
};

export const isForReadme = process.env.SCREENS === "readme";
export const isInReadme = (screen: string, look: string): boolean => `${screen} ${look}` in chosen;
export const isLookOfReadme = (look: string): boolean => Object.keys(chosen).some((one) => one.endsWith(` ${look}`));

/** Writes a screenshot as WebP, which the browser itself can make. */
export async function keepForReadme(page: Page, screen: string, look: string): Promise<void> {
  const png = await page.screenshot({ animations: "disabled" });
  const desk = await page.context().newPage();
  const webp = await desk.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d")?.drawImage(picture, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
    let text = "";
    for (const byte of new Uint8Array(await blob.arrayBuffer())) text += String.fromCharCode(byte);
    return btoa(text);
  }, png.toString("base64"));
  await desk.close();
  const bytes = Buffer.from(webp, "base64");
  if (bytes.length > mostBytes) throw new Error(`The picture of ${screen} has ${bytes.length} bytes`);
  await mkdir(folder, { recursive: true });
  await writeFile(fileURLToPath(new URL(`${chosen[`${screen} ${look}`]}.webp`, folder)), bytes);
}
