"""Webhooks in files: one each, read with line and field of what is wrong, refused where they would do nothing."""

import stat
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from machine.domain.definitions import DefinitionFile, DefinitionState, InvalidDefinition
from machine.domain.errors import NotFound
from machine.domain.webhook import ProviderName, Webhook
from machine.registry.folders import replace_file
from machine.registry.webhook_files import read_webhook, webhook_files
from machine.registry.webhook_registry import WebhookRegistry

SECRET = "it's a: #secret → ü 0x1"
GOOD = "provider: github\nsecret: sssssssssssssssssssss\ntriggers:\n- events: [issues.opened]\n  agent: planning\n"


def a_webhook(**changes: Any) -> Webhook:
    values: dict[str, Any] = {
        "name": "issues",
        "provider": "github",
        "secret": SECRET,
        "triggers": [{"events": ["issues.opened"], "agent": "planning", "prompt": "Plan {{ title }}."}],
    }
    return Webhook.model_validate({**values, **changes})


@pytest.fixture
def registry(tmp_path: Path) -> WebhookRegistry:
    (tmp_path / "webhooks").mkdir()
    return WebhookRegistry(tmp_path)


def write(registry: WebhookRegistry, name: str, text: str) -> Path:
    path = registry.shelf.folder / name
    path.write_text(text)
    return path


def faults(registry: WebhookRegistry) -> list[tuple[str, int | None, str]]:
    found = [fault for each in registry.shelf.current.faults.values() for fault in each]
    return [(fault.path, fault.line, fault.field) for fault in found]


def test_a_webhook_comes_back_from_its_file_as_it_was_secret_included() -> None:
    webhook = a_webhook(own_ids=["12"], user_id="user_1")
    files = webhook_files(webhook)
    assert list(files) == ["issues.yaml"]
    assert read_webhook("issues", files).model == webhook


def test_a_file_is_live_changed_and_gone(registry: WebhookRegistry) -> None:
    path = write(registry, "issues.yaml", GOOD)
    changes = registry.shelf.refresh(frozenset())
    assert [(change.kind.value, change.name, change.state) for change in changes] == [
        ("webhook", "issues", DefinitionState.READY)
    ]
    assert registry.live("issues").provider is ProviderName.GITHUB
    write(registry, "issues.yaml", GOOD + "enabled: false\n")
    registry.shelf.refresh(frozenset())
    with pytest.raises(NotFound, match="at this address"):
        registry.live("issues")
    assert registry.get("issues").model.enabled is False
    path.unlink()
    registry.shelf.refresh(frozenset())
    assert registry.all() == ()
    with pytest.raises(NotFound):
        registry.get("issues")


def test_a_broken_file_is_told_with_its_line_and_the_last_good_version_stays(
    registry: WebhookRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    write(registry, "issues.yaml", GOOD)
    registry.shelf.refresh(frozenset())
    write(registry, "issues.yaml", GOOD + "enabled: perhaps\n")
    registry.shelf.refresh(frozenset())
    assert faults(registry) == [("webhooks/issues.yaml", 6, "enabled")]
    assert registry.live("issues").triggers[0].agent == "planning"
    assert "sssss" not in caplog.text


def test_what_is_no_webhooks_file_is_told_and_meets_no_webhook_of_that_name(
    registry: WebhookRegistry, tmp_path: Path
) -> None:
    write(registry, "issues.yaml", GOOD)
    write(registry, "README.md", "Notes.")
    for name in ("issues.yml", "Issues.yaml", "a.b.yaml", "plain"):
        write(registry, name, GOOD)
    (registry.shelf.folder / "issues").mkdir()
    (registry.shelf.folder / "link.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    registry.shelf.refresh(frozenset())
    assert [found.name for found in registry.all()] == ["issues"]
    assert sorted(path for path, _, _ in faults(registry)) == [
        "webhooks/Issues.yaml",
        "webhooks/a.b.yaml",
        "webhooks/issues",
        "webhooks/issues.yml",
        "webhooks/link.yaml",
        "webhooks/plain",
    ]


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"provider": "bitbucket", "reply": {"token_ref": "BITBUCKET_TOKEN"}}, "reply"),
    ],
)
def test_what_would_do_nothing_is_refused_with_its_place(extra: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        read_webhook("issues", webhook_files(a_webhook(**extra)))
    assert [fault.field for fault in caught.value.faults] == [field]
    assert "not supported yet" in caught.value.faults[0].reason
    assert caught.value.faults[0].line is not None


def test_what_triggers_do_when_busy_and_how_often_is_kept() -> None:
    trigger = {"events": ["*"], "agent": "a", "concurrency_key": "k", "when_busy": "skip", "rate_per_minute": 5}
    webhook = a_webhook(triggers=[trigger])
    assert read_webhook("issues", webhook_files(webhook)).model == webhook


@pytest.mark.parametrize("provider", list(ProviderName))
def test_each_provider_has_a_page_whose_example_is_a_webhook(provider: ProviderName) -> None:
    page = (Path(__file__).parents[2] / "docs" / "webhooks" / f"{provider.value}.md").read_text(encoding="utf-8")
    example = page.partition("```yaml\n")[2].partition("```")[0]
    webhook = read_webhook(provider.value, {f"{provider.value}.yaml": DefinitionFile(example.encode())}).model
    assert webhook.provider is provider
    assert "the `url` of the webhook" in page


def test_another_name_inside_is_refused() -> None:
    with pytest.raises(InvalidDefinition, match="as the file is called"):
        read_webhook("other", {"other.yaml": DefinitionFile(("name: issues\n" + GOOD).encode())})


def test_no_fault_tells_the_secret() -> None:
    secret = "very-secret-value"
    for text in (
        f"provider: github\nsecret: [{secret}]\n",
        f"provider: github\nsecret: {secret}\nsecret: {secret}\n",
        f"provider: github\nunsigned: true\nsecret: {secret}\n",
        f"provider: github\nsecret: '{secret}\n",
        f"provider: x\nsecret: {secret}\n",
    ):
        with pytest.raises(InvalidDefinition) as caught:
            read_webhook("issues", {"issues.yaml": DefinitionFile(text.encode())})
        assert secret not in str(caught.value.faults)


def test_its_file_is_for_its_owner_alone(registry: WebhookRegistry) -> None:
    path = registry.shelf.place("issues")
    replace_file(path, webhook_files(a_webhook(secret=SecretStr(SECRET)))["issues.yaml"].content)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SECRET not in str(registry.shelf.refresh(frozenset()))
