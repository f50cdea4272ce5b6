// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { it } from "vitest";
import { useFresh } from "./use-report";

it("asks anew at every visit, and shows what it knew until the answer is there", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const answers = [["CI"], ["CI", "DEPLOY"]];
  function List() {
    const names = useFresh(["names"], () => Promise.resolve(answers.shift() ?? []));
    return <p>{names.data?.join(" ")}</p>;
  }
  const page = (
    <QueryClientProvider client={client}>
      <List />
    </QueryClientProvider>
  );
  const { unmount } = render(page);
  await screen.findByText("CI");
  unmount();
  await act(async () => void render(page));
  await screen.findByText("CI DEPLOY");
});
