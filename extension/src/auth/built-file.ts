/**
 * The address of a built file that is no asset of the page. It doesn't depend on the page's own address, since the
 * landing page is served outside the directory of the others.
 */
export function builtFile(name: string): string {
  return new URL(import.meta.env.BASE_URL + name, document.baseURI).href;
}
