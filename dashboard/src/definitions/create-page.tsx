import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useIsAdministrator } from "../live/hooks";
import { Page, Tabs } from "../parts/page";
import { Empty } from "../parts/states";
import { DescribeForm, type Describing } from "./describe";
import { DefinitionEditor } from "./editor";
import type { Kind } from "./kinds";
import type { FormSpec } from "./spec";
import { UploadForm, type Uploading } from "./upload";

interface Props<Form extends { name: string }> {
  kind: Kind;
  by: string;
  spec: FormSpec<Form>;
  api: Uploading & Describing;
}

/** The ways to make one more; each has an address of its own. */
export function CreatePage<Form extends { name: string }>({ kind, by, spec, api }: Props<Form>): ReactNode {
  const navigate = useNavigate();
  const mayCreate = useIsAdministrator();
  const saved = (name: string) => void navigate({ to: `${kind.path}/$name`, params: { name } });
  const cancel = () => void navigate({ to: kind.path });
  const way = (key: string, name: string) => ({
    key,
    name,
    link: { to: kind.path, search: { create: key } },
  });
  const ways = [way("form", "Form"), way("describe", "Describe it"), way("upload", "Upload")];
  const current = ways.some(({ key }) => key === by) ? by : "form";
  return (
    <Page title={`New ${kind.one}`} back={{ to: kind.path, name: kind.title }} width="wide">
      {mayCreate ? (
        <>
          <Tabs label="Ways to create it" tabs={ways} current={current} />
          {current === "upload" && <UploadForm kind={kind} api={api} saved={saved} />}
          {current === "describe" && <DescribeForm kind={kind} api={api} spec={spec} saved={saved} />}
          {current === "form" && <DefinitionEditor spec={spec} saved={saved} cancel={cancel} />}
        </>
      ) : (
        <Empty title={`Only administrators may create ${kind.title.toLowerCase()}.`}>Ask one of them.</Empty>
      )}
    </Page>
  );
}
