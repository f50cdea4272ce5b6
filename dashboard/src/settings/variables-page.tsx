import { variables } from "../api/variables";
import { keys } from "../live/cache";
import { Notice } from "../parts/notice";
import { Section } from "../parts/page";
import { Failed, Loading } from "../parts/states";
import { SettingsPart } from "./frame";
import { NewVariable } from "./new-variable";
import { TakeFile } from "./take-file";
import { useFresh } from "./use-report";
import { VariableRows } from "./variable-rows";

export function VariablesPage() {
  return (
    <SettingsPart id="variables">
      <Variables />
    </SettingsPart>
  );
}

function Variables() {
  const list = useFresh(keys.variables, variables.list);
  if (list.error && !list.data) {
    return (
      <Failed
        what="The variables could not be loaded."
        error={list.error}
        retry={() => void list.refetch()}
      />
    );
  }
  if (!list.data) return <Loading label="Loading the variables" lines={5} />;
  const { items, trouble } = list.data;
  return (
    <>
      <Section title="Variables">
        <p className="mb-3 max-w-[40rem] text-soft">
          The machine keeps them encrypted and gives them only to agents and webhooks that name them. No value
          is ever shown again.
        </p>
        {trouble && (
          <div className="mb-3">
            <Notice title="Variables cannot be used now.">{trouble}</Notice>
          </div>
        )}
        <VariableRows items={items} />
      </Section>
      <Section title="Set a variable">
        <NewVariable />
      </Section>
      <Section title="From a .env file">
        <TakeFile />
      </Section>
    </>
  );
}
