import type { TaskDetail } from "../api/machine";
import { About } from "./about-view";
import { EventsView } from "./events-view";
import { FilesView } from "./files-view";
import type { TaskSearch } from "./views";

/** All ways to look at a task but its conversation. Loaded when somebody looks. */
export default function OtherViews({ task, search }: { task: TaskDetail; search: TaskSearch }) {
  if (search.view === "files") return <FilesView task={task} path={search.path ?? ""} />;
  if (search.view === "events") return <EventsView task={task} />;
  return <About task={task} />;
}
