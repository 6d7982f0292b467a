import { texts } from "./texts.ts";
import "./type-mark.css";

/** The colour of a work item's type, as Azure DevOps' own processes have it, with the type for screen readers. */
export function TypeMark({ type }: { type: string | undefined }) {
  if (!type) return null;
  return (
    <span class="type-mark" data-type={type.toLowerCase()} title={type}>
      <span class="visually-hidden">{texts.item.ofType(type)}</span>
    </span>
  );
}
