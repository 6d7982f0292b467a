import "./facts.css";

interface FactsProps {
  /** Names and values; what has no value is left out. */
  facts: readonly (readonly [name: string, value: string | undefined])[];
}

/** A short list of names and values. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}
