# Both set-up targets bring everything in by themselves; all they need is Python 3.11 or newer.
# ARGS goes to the daemon: make run ARGS="--port 9000"

.DEFAULT_GOAL := help
.PHONY: help run demo test check chaos setup screenshots lighthouse docs rebuild up down logs fleet fleet-down fleet-logs fleet-check \
	image-check

# Another engine: make up COMPOSE=podman-compose
COMPOSE ?= docker compose
# podman leaves the health check out of images of its own form.
export BUILDAH_FORMAT = docker
COMPOSE_HERE = $(COMPOSE) -f infrastructure/docker/docker-compose.yml

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set up what is missing and start the daemon
	@scripts/bootstrap
	@exec .venv/bin/machine serve $(ARGS)

demo: ## The same with the demo model: no account, no cost
	@scripts/bootstrap
	@exec .venv/bin/machine serve --demo $(ARGS)

setup: ## Set up what work on the code needs (tools, browser), run nothing
	@scripts/bootstrap --dev
	@scripts/test-setup

test: setup ## Set up what is missing, then run every check and test
	@scripts/check

check: ## Every check and test, in a place that is set up already
	@scripts/check

chaos: setup ## Ten minutes of a fleet under everything that can happen to it: ARGS="--seed 7 --minutes 1 --tasks 40"
	@.venv/bin/python -m tests.fault.chaos $(ARGS)

docs: setup ## Build the site of docs/ into site/; a link that leads nowhere fails
	@.venv/bin/zensical build --strict --clean

screenshots: setup ## Take pictures of every page for README and docs/ again; whole pages into a folder with ALL=build/screenshots
	@.venv/bin/python scripts/screenshots.py $(if $(ALL),--all "$(ALL)")

lighthouse: setup ## Let Lighthouse judge the main page and a task's page: ARGS="--runs 3 --phone"
	@.venv/bin/python scripts/lighthouse.py $(ARGS)

rebuild: ## Build the container's image and (re)start it
	$(COMPOSE_HERE) build
	$(COMPOSE_HERE) up -d --force-recreate

up: ## Start the container
	$(COMPOSE_HERE) up -d

down: ## Stop the container; what it keeps stays in its volumes
	$(COMPOSE_HERE) down

logs: ## Follow the container's log
	$(COMPOSE_HERE) logs -f unified-agent

fleet: ## Build the image and start a fleet: two web, three workers, PostgreSQL, Redis, a proxy
	@COMPOSE="$(COMPOSE)" scripts/fleet up

fleet-down: ## Stop the fleet; what it keeps stays in its volumes
	@COMPOSE="$(COMPOSE)" scripts/fleet down

fleet-logs: ## Follow the logs of the fleet
	@COMPOSE="$(COMPOSE)" scripts/fleet logs

fleet-check: setup ## Build the image, bring a fleet of containers up and try it
	@scripts/fleet-check

image-check: setup ## Build the image with podman and try it
	@scripts/image-check
