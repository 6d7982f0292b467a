import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { ApiProblem, type SignUp } from "../api/client.ts";
import { Button, FailureNotice, Field } from "./controls.tsx";
import { currencies } from "./currencies.ts";
import { explain, type Failure } from "./failure.ts";
import { useIdempotencyKey } from "./idempotency.ts";
import { Plans, Terms } from "./offer.tsx";
import { texts } from "./texts.ts";
import { ownWeekStart } from "./week-start.ts";
import { ownTimeZone, timeZones } from "./zone-names.ts";
import "./sign-up.css";

/** A slug that the name suggests: "Müller & Söhne GmbH" becomes "muller-sohne-gmbh". */
export function proposeSlug(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
}

type Faults = Partial<Record<keyof SignUp, string>>;

// The patterns of the API's contract.
const slugPattern = /^(?=.{2,40}$)[a-z0-9]+(-[a-z0-9]+)*$/;
const organizationPattern = /^(?=.{1,50}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/;
const emailPattern = /^[^@\s]+@[^@\s]+$/;

function faultsOf(values: Required<SignUp>): Faults {
  const faults: Faults = {};
  if (!values.name) faults.name = texts.signUp.required;
  if (!slugPattern.test(values.slug)) faults.slug = texts.signUp.badSlug;
  if (!organizationPattern.test(values.azure_devops_organization)) {
    faults.azure_devops_organization = texts.signUp.badOrganization;
  }
  if (!emailPattern.test(values.admin_email)) faults.admin_email = texts.signUp.badEmail;
  return faults;
}

/** The server's faults by field. On the landing page the values are part of a larger body. */
function refusedFields(error: ApiProblem): Faults {
  return Object.fromEntries(
    error.errors.map(({ pointer, detail }) => [pointer.replace(/^(\/sign_up)?\//, ""), detail]),
  );
}

/** The sentences that depend on what signing up is for. */
export interface SignUpTexts {
  title: string;
  lead: string;
  submit: string;
  notMine: string;
}

interface SignUpFormProps<T> {
  signUp: (values: Required<SignUp>, idempotencyKey: string) => Promise<T>;
  formTexts: SignUpTexts;
  /** Below another heading, the form's own is one level lower. */
  headingLevel?: "h1" | "h2";
  /** The Azure DevOps organization around the frame. */
  organization: string;
  /** The administrator's address, as far as it is known. */
  email: string;
  /** The currency of the plan that was bought; undefined where the person chooses one. */
  currency?: string | undefined;
  /** A colleague has signed up first; the detail says who the administrator is. */
  onTaken: (detail: string) => void;
  onDone: (answer: T) => void;
}

/** Signs up the caller's organization, which nobody has done yet. */
export function SignUpForm<T>(props: SignUpFormProps<T>) {
  const { formTexts, headingLevel: Heading = "h1", currency } = props;
  const signUp = useSignUp(props);
  const { form, failure, working } = signUp;
  return (
    <form
      ref={form}
      class="sign-up"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void signUp.submit();
      }}
    >
      <Heading>{formTexts.title}</Heading>
      <p>{formTexts.lead}</p>
      <TextField {...signUp} field="name" label={texts.signUp.name} />
      <TextField {...signUp} field="slug" label={texts.signUp.slug} help={texts.signUp.slugHelp} />
      <TextField
        {...signUp}
        field="azure_devops_organization"
        label={texts.signUp.devops}
        help={texts.signUp.devopsHelp}
      />
      <TextField {...signUp} field="admin_email" label={texts.signUp.email} help={texts.signUp.emailHelp} />
      <ChoiceField
        {...signUp}
        field="time_zone"
        label={texts.signUp.zone}
        help={texts.signUp.zoneHelp}
        options={timeZones}
      />
      {!currency && (
        <ChoiceField
          {...signUp}
          field="currency"
          label={texts.signUp.currency}
          help={texts.signUp.currencyHelp}
          options={currencies}
        />
      )}
      {!currency && <Plans />}
      {failure && <FailureNotice failure={failure} onRetry={() => void signUp.submit()} />}
      <Terms />
      <div class="actions">
        <Button type="submit" kind="primary" disabled={working}>
          {working ? texts.signUp.working : formTexts.submit}
        </Button>
      </div>
      <p class="help">{formTexts.notMine}</p>
    </form>
  );
}

/** The values of the form, their checks, and how they are sent. */
function useSignUp<T>(props: SignUpFormProps<T>) {
  const { signUp, organization, email, currency = "USD", onTaken, onDone } = props;
  const [values, setValues] = useState<Required<SignUp>>({
    name: "",
    slug: "",
    azure_devops_organization: organization,
    admin_email: email,
    time_zone: ownTimeZone,
    week_start: ownWeekStart(),
    currency,
  });
  const [slugEdited, setSlugEdited] = useState(false);
  const [faults, setFaults] = useState<Faults>({});
  const [failure, setFailure] = useState<Failure>();
  const [working, setWorking] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const keyOf = useIdempotencyKey();

  function change(field: keyof SignUp, value: string) {
    const slug = field === "name" && !slugEdited ? { slug: proposeSlug(value) } : {};
    if (field === "slug") setSlugEdited(value !== "");
    setValues({ ...values, ...slug, [field]: value });
    setFaults({ ...faults, [field]: undefined });
  }

  async function send(trimmed: Required<SignUp>) {
    setWorking(true);
    try {
      onDone(await signUp(trimmed, keyOf(trimmed)));
    } catch (error) {
      if (error instanceof ApiProblem && error.code === "directory_taken") {
        onTaken(error.detail);
        return;
      }
      setFailure(explain(error));
      if (error instanceof ApiProblem) setFaults(refusedFields(error));
      setWorking(false);
    }
  }

  async function submit() {
    if (working) return;
    const trimmed = { ...values, name: values.name.trim(), admin_email: values.admin_email.trim() };
    const found = faultsOf(trimmed);
    setFaults(found);
    setFailure(undefined);
    const [first] = Object.keys(found);
    if (first) focusField(form, first);
    else await send(trimmed);
  }

  return { form, values, faults, failure, working, change, submit };
}

function focusField(form: RefObject<HTMLFormElement | null>, name: string): void {
  form.current?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.focus();
}

interface SignUpFieldProps {
  field: keyof SignUp;
  label: string;
  help?: string;
  values: Required<SignUp>;
  faults: Faults;
  change: (field: keyof SignUp, value: string) => void;
}

function TextField({ field, label, help, values, faults, change }: SignUpFieldProps) {
  return (
    <Field label={label} {...(help && { help })} error={faults[field]}>
      {(attributes) => (
        <input
          {...attributes}
          name={field}
          inputMode={field === "admin_email" ? "email" : "text"}
          value={values[field]}
          required
          autocomplete="off"
          onInput={(event) => change(field, event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceFieldProps extends SignUpFieldProps {
  options: readonly string[];
}

function ChoiceField({ field, label, help, values, faults, change, options }: ChoiceFieldProps) {
  return (
    <Field label={label} {...(help && { help })} error={faults[field]}>
      {(attributes) => (
        <select
          {...attributes}
          name={field}
          value={values[field]}
          onChange={(event) => change(field, event.currentTarget.value)}
        >
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
