import type { MenuPlace } from "./open_menu.ts";

const gap = 4;
const margin = 8;

/** Where a box of the viewport goes beside a place: where there is room, and never over the edge. */
export function positionOf(
  box: HTMLElement,
  to: { readonly place: MenuPlace; readonly align: "start" | "center" | "end"; readonly side: "top" | "bottom" },
): { readonly left: number; readonly top: number } {
  const { place, align, side } = to;
  const [width, height] = [box.offsetWidth, box.offsetHeight];
  const [across, down] = [document.documentElement.clientWidth, innerHeight];
  const isLeftAligned = (align === "start") === (getComputedStyle(box).direction === "ltr");
  let left = isLeftAligned ? place.left : place.right - width;
  if (align === "center") left = (place.left + place.right - width) / 2;
  // A point has room on its other side.
  else if (place.left === place.right && isLeftAligned && left + width > across - margin) left = place.left - width;
  const below = place.bottom + gap;
  const above = place.top - gap - height;
  const fitsBelow = below + height <= down - margin;
  const top = side === "bottom" ? (fitsBelow || above < margin ? below : above) : above >= margin ? above : below;
  return {
    left: Math.max(margin, Math.min(left, across - margin - width)),
    top: Math.max(margin, Math.min(top, down - margin - height)),
  };
}
