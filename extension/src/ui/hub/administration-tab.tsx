import { Administration } from "../admin/administration.tsx";
import { adminTexts } from "../admin/texts.ts";

/** The administration beside the other parts of the hub. */
export function AdministrationTab() {
  return (
    <>
      <h1 class="visually-hidden" tabIndex={-1}>
        {adminTexts.tab}
      </h1>
      <Administration />
    </>
  );
}
