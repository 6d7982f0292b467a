import { Field } from "../controls.tsx";

/** The longest text of a request, and of its decision. */
const longestText = 2000;

interface TextAreaProps {
  label: string;
  help?: string;
  error?: string | undefined;
  value: string;
  onInput: (value: string) => void;
}

/** A text of a request or of its decision. */
export function TextArea({ label, help, error, value, onInput }: TextAreaProps) {
  return (
    <Field label={label} {...(help && { help })} error={error}>
      {(attributes) => (
        <textarea
          {...attributes}
          rows={3}
          maxLength={longestText}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
