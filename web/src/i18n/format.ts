import { dayOf } from "../model/days.ts";
import { formatNumber, locale, t } from "./index.ts";

const cache = new Map<string, Intl.DateTimeFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()} ${JSON.stringify(options)}`;
  let format = cache.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale(), options);
    cache.set(key, format);
  }
  return format;
}

/** Names and the like: one, two and three. */
export function formatList(parts: readonly string[]): string {
  return new Intl.ListFormat(locale()).format(parts);
}

/** For badges: 99+ is enough to know. */
export function formatCount(value: number): string {
  return value > 99 ? `${formatNumber(99)}+` : formatNumber(value);
}

export function formatBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit: units[unit] ?? "byte",
    maximumFractionDigits: digits,
  }).format(value);
}

/** The time of day: 14:05 or 2:05 PM. */
export function formatTime(time: number): string {
  return dateFormat({ timeStyle: "short" }).format(time);
}

export function formatDateTime(time: number): string {
  return dateFormat({ dateStyle: "medium", timeStyle: "short" }).format(time);
}

/** When somebody was there last, as they are told of. */
export function formatLastSeen(time: number, now: number): string {
  const ago = dayOf(now) - dayOf(time);
  if (ago <= 0) return t("conversation.lastSeenToday", { time: formatTime(time) });
  if (ago === 1) return t("conversation.lastSeenYesterday", { time: formatTime(time) });
  return t("conversation.lastSeen", { time: formatDateTime(time) });
}

/** A day as a heading: Today, Yesterday, Monday, 3 March, 3 March 2024. */
export function formatDay(time: number, now: number): string {
  const ago = dayOf(now) - dayOf(time);
  if (ago === 0) return t("common.today");
  if (ago === 1) return t("common.yesterday");
  if (ago > 1 && ago < 7) return dateFormat({ weekday: "long" }).format(time);
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return dateFormat(
    sameYear ? { day: "numeric", month: "long" } : { day: "numeric", month: "long", year: "numeric" },
  ).format(time);
}

/** A moment in a list, as short as can be. */
export function formatMoment(time: number, now: number): string {
  const ago = dayOf(now) - dayOf(time);
  if (ago <= 0) return formatTime(time);
  if (ago === 1) return t("common.yesterday");
  if (ago < 7) return dateFormat({ weekday: "short" }).format(time);
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return dateFormat(
    sameYear ? { day: "numeric", month: "short" } : { day: "2-digit", month: "2-digit", year: "2-digit" },
  ).format(time);
}
