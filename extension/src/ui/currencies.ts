/** The currencies of ISO 4217, from the server's own table: browsers know other decimals for some. */

import decimals from "../../../internal/money/iso4217.json";

const places: Partial<Record<string, number>> = decimals;

/** The codes that amounts can be in. */
export const currencies = Object.keys(decimals);

/** The decimals of a currency's minor unit; 2 for what is no currency, as on the server. */
export const decimalsOf = (code: string) => places[code] ?? 2;
