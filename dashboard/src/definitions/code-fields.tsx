import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { variables } from "../api/variables";
import type { CodeTexts } from "../domain/code";
import { keys } from "../live/cache";
import { useIsAdministrator } from "../live/hooks";
import { Choice, TextField } from "../parts/field";
import { type Tied, tied } from "./tied";

/** A repository and what of it; `hint` says what becomes of it, and what an empty one means. */
export function CodeFields({ hint, ...tie }: Tied<CodeTexts> & { hint: string }) {
  const { field } = tied(tie);
  return (
    <>
      <TextField
        label="Repository"
        mono
        {...field("repository")}
        placeholder="https://git.example.com/shop.git"
        hint={hint}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Branch, tag or commit" mono {...field("ref")} placeholder="its default branch" />
        <TextField label="Compare with" mono {...field("base")} placeholder="where it begins" />
      </div>
      <CredentialsField {...field("credentials")} />
    </>
  );
}

interface CredentialsProps {
  value: string;
  change(name: string): void;
  fault: string | undefined;
  /** What else there is to say of them. */
  more?: string;
}

/** The variable with which code is fetched and pushed, for who may see them. */
export function CredentialsField(props: CredentialsProps) {
  return useIsAdministrator() ? <Credentials {...props} /> : null;
}

function Credentials({ value: chosen, more = "", ...tie }: CredentialsProps) {
  const list = useQuery({ queryKey: keys.variables, queryFn: variables.list, refetchOnMount: "always" });
  const known = list.data?.items.filter(({ made_for }) => made_for === "").map(({ name }) => name) ?? [];
  const names = chosen === "" || known.includes(chosen) ? known : [...known, chosen];
  const hint =
    list.data && known.length === 0 ? (
      <>
        A variable holds them.{" "}
        <Link to="/settings/$part" params={{ part: "variables" }} className="text-accent underline">
          Set one
        </Link>
      </>
    ) : (
      `The variable that holds the token, user:password, or the key for ssh.${more && ` ${more}`}`
    );
  return (
    <Choice
      label="Credentials"
      value={chosen}
      {...tie}
      options={[["", "None"], ...names.map((name) => [name, name] as const)]}
      hint={list.error ? "The variables could not be loaded." : hint}
    />
  );
}
