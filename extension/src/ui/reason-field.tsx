import { Field } from "./controls.tsx";
import { texts } from "./texts.ts";

interface ReasonFieldProps {
  value: string;
  needed: string | undefined;
  error: string | undefined;
  onChange: (reason: string) => void;
}

const reasonLength = 500;

/** The reason for a change, which the history keeps. */
export function ReasonField({ value, needed, error, onChange }: ReasonFieldProps) {
  return (
    <Field
      label={needed ? texts.entries.reason : texts.entries.reasonOptional}
      error={error}
      {...(needed && !error && { help: needed })}
    >
      {(attributes) => (
        <input
          {...attributes}
          value={value}
          maxLength={reasonLength}
          required={needed !== undefined}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
