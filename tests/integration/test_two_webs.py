"""Two web processes behind one address: they keep nothing, so whichever is asked answers the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.support.api import Served, served

from machine.domain.schedule import MAX_WAITING


@pytest.fixture
async def webs(tmp_path: Path, postgres_url: SecretStr) -> AsyncIterator[tuple[Served, Served]]:
    async with AsyncExitStack() as stack:
        made = []
        for name in ("web-1", "web-2"):
            environ = {"DATABASE_URL": postgres_url.get_secret_value(), "MACHINE_ROLE": "web", "MACHINE_ID": name}
            environ["PUBLIC_URL"] = "http://machine.example"
            made.append(await stack.enter_async_context(served(tmp_path / name, environ=environ)))
        yield made[0], made[1]


async def test_a_login_link_of_one_is_good_at_the_other_once_and_its_cookie_at_both(
    webs: tuple[Served, Served],
) -> None:
    first, second = webs
    links = [await web.room.api.authenticator.new_link("http://machine.example") for web in webs]
    assert all(link.startswith("http://machine.example/") for link in links)
    own_page = {"origin": "http://machine.example", "host": "machine.example"}
    for link, at, other in zip(links, (second, first), (first, second), strict=True):
        secret = {"secret": link.partition("#")[2]}
        signed_in = await at.client(**own_page).post("/api/auth/login", json=secret)
        assert signed_in.status_code == 200, signed_in.text
        cookie = signed_in.headers["set-cookie"].partition(";")[0]
        again = await other.client(**own_page).post("/api/auth/login", json=secret)
        assert again.status_code == 401, "it was good for once, at either"
        for web in webs:
            browser = web.client(cookie=cookie, **own_page)
            assert (await browser.post("/api/sessions")).status_code == 201
            foreign = web.client(cookie=cookie, host="machine.example", origin="http://elsewhere.example")
            assert (await foreign.post("/api/sessions")).status_code == 403


async def test_who_is_signed_out_at_one_is_signed_out_at_the_other(webs: tuple[Served, Served]) -> None:
    first, second = webs
    browser = await first.browser()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    elsewhere = second.client(cookie=cookie, **second.origin)
    assert (await elsewhere.post("/api/sessions")).status_code == 201
    assert (await browser.post("/api/auth/logout")).status_code < 300
    assert (await elsewhere.post("/api/sessions")).status_code == 401


@pytest.mark.parametrize(("overlap", "left"), [("skip", 1), ("enqueue", MAX_WAITING), ("replace", 1)])
async def test_what_a_schedule_does_on_overlap_holds_for_those_who_run_it_at_both_at_the_same_moment(
    webs: tuple[Served, Served], overlap: str, left: int
) -> None:
    form = {"name": "news", "cron": "0 0 1 1 *", "message": "Look.", "agent": "planning", "overlap": overlap}
    assert (await webs[0].admin.post("/api/schedules", json=form)).status_code == 201
    async with asyncio.timeout(30):
        while (await webs[1].admin.get("/api/schedules/news")).status_code != 200:
            await asyncio.sleep(0.1)
    asked = [web.admin.post("/api/schedules/news/run") for _ in range(MAX_WAITING) for web in webs]
    answers = await asyncio.gather(*asked)
    refused = [one.json() for one in answers if one.status_code == 409]
    started = [one.json()["task_id"] for one in answers if one.status_code == 201]
    assert len(refused) + len(started) == len(answers)
    assert all("Nothing was started." in one["detail"] for one in refused)
    assert len(started) == (len(answers) if overlap == "replace" else left)
    async with asyncio.timeout(60):
        while len((await webs[0].admin.get("/api/tasks?status=queued")).json()["items"]) != left:
            await asyncio.sleep(0.1)
    runs = (await webs[1].admin.get("/api/schedules/news/runs")).json()["items"]
    assert sorted(one["task_id"] for one in runs) == sorted(started)


async def test_the_audit_log_sees_the_address_of_the_person_behind_a_proxy_that_is_named(tmp_path: Path) -> None:
    behind = {"x-forwarded-for": "198.51.100.1, 203.0.113.7"}
    for trusted, counts in (("127.0.0.1", "203.0.113.7"), ("192.0.2.1", "127.0.0.1")):
        async with served(tmp_path / trusted, environ={"TRUSTED_PROXIES": trusted}) as machine:
            made = await machine.client(machine.token, **behind).post("/api/tokens", json={"name": "x"})
            assert made.status_code == 201, made.text
            [noted, *_] = (await machine.admin.get("/api/audit")).json()["items"]
            assert (noted["action"], noted["address"]) == ("token.create", counts)
