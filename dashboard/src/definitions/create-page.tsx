import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useIsAdministrator } from "../live/hooks";
import { Page, Tabs } from "../parts/page";
import { Empty } from "../parts/states";
import { DefinitionEditor } from "./editor";
import type { Kind } from "./kinds";
import type { FormSpec } from "./spec";
import { UploadForm, type Uploading } from "./upload";

interface Props<Form extends { name: string }> {
  kind: Kind;
  by: string;
  spec: FormSpec<Form>;
  uploading?: Uploading;
}

/** The ways to make one more; each has an address of its own. */
export function CreatePage<Form extends { name: string }>({
  kind,
  by,
  spec,
  uploading,
}: Props<Form>): ReactNode {
  const navigate = useNavigate();
  const mayCreate = useIsAdministrator();
  const saved = (name: string) => void navigate({ to: `${kind.path}/$name`, params: { name } });
  const cancel = () => void navigate({ to: kind.path });
  const isUpload = by === "upload" && uploading !== undefined;
  const ways = [
    { key: "form", name: "Form", link: { to: kind.path, search: { create: "form" } } },
    { key: "upload", name: "Upload", link: { to: kind.path, search: { create: "upload" } } },
  ];
  return (
    <Page title={`New ${kind.one}`} back={{ to: kind.path, name: kind.title }} width="wide">
      {mayCreate ? (
        <>
          {uploading && <Tabs label="Ways to create it" tabs={ways} current={isUpload ? "upload" : "form"} />}
          {isUpload ? (
            <UploadForm kind={kind} api={uploading} saved={saved} />
          ) : (
            <DefinitionEditor spec={spec} saved={saved} cancel={cancel} />
          )}
        </>
      ) : (
        <Empty title={`Only administrators may create ${kind.title.toLowerCase()}.`}>Ask one of them.</Empty>
      )}
    </Page>
  );
}
