/**
 * Looks up the text of a key that the server sends. The catalogues have literal keys, so that the code can't name a
 * missing one; a newer server may, and then the answer is undefined.
 */
export function textOf<C extends object>(catalogue: C, key: string | undefined): C[keyof C] | undefined {
  return key !== undefined && Object.hasOwn(catalogue, key) ? catalogue[key as keyof C] : undefined;
}
