import { expect, it } from "vitest";
import { isOnlyHere } from "./address";

it("knows an address that no provider reaches", () => {
  const here = [
    "http://127.0.0.1:8080/webhooks/a",
    "http://localhost/webhooks/a",
    "http://[::1]:8080/webhooks/a",
  ];
  expect(here.map(isOnlyHere)).toEqual([true, true, true]);
  const there = [
    "https://machine.example.com/webhooks/a",
    "http://192.168.1.7:8080/webhooks/a",
    "no address",
  ];
  expect(there.map(isOnlyHere)).toEqual([false, false, false]);
});
