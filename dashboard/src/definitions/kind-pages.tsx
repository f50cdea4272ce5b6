import { useParams, useSearch } from "@tanstack/react-router";
import { CreatePage } from "./create-page";
import type { Describing } from "./describe";
import { type Editable, EditPage } from "./edit-page";
import type { Kind } from "./kinds";
import { ListPage } from "./list-page";
import type { FormSpec } from "./spec";
import type { Uploading } from "./upload";

interface Filed<Detail, Form extends { name: string }> {
  kind: Kind;
  spec: FormSpec<Form>;
  api: Uploading & Describing & { get(name: string): Promise<Detail> };
  /** One as it is, as its form would have made it. */
  formOf(detail: Detail): Form;
}

/** The pages on which one kind of definition is listed, made and changed. What one of them looks like is its own. */
export function kindPages<Detail extends Editable, Form extends { name: string }>(
  filed: Filed<Detail, Form>,
) {
  function List() {
    const { create } = useSearch({ strict: false });
    return create ? <CreatePage {...filed} by={create} /> : <ListPage kind={filed.kind} />;
  }
  function Edit() {
    const { name = "" } = useParams({ strict: false });
    return <EditPage key={name} {...filed} name={name} />;
  }
  return { List, Edit };
}
