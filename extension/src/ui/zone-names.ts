/** The time zones that the browser knows, to choose from. */

/** The browser's own IANA time zone. */
export const ownTimeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** IANA time zones. */
export const timeZones = [...new Set([...Intl.supportedValuesOf("timeZone"), ownTimeZone, "UTC"])].sort();
