/**
 * Looks up the text of a key that the server sends. A newer server may send one that is missing here. The code itself
 * names keys directly, since the compiler knows those of every catalogue.
 */
export function textOf<C extends object>(catalogue: C, key: string | undefined): C[keyof C] | undefined {
  return key !== undefined && Object.hasOwn(catalogue, key) ? catalogue[key as keyof C] : undefined;
}
