"""The smallest server of the same kind, as a baseline: `python -m bench.support.hello PORT`."""

import sys

import uvicorn
from fastapi import FastAPI, Request

COMMAND = ("-m", "bench.support.hello")

app = FastAPI()


@app.post("/webhooks/{name}", status_code=202)
async def receive(name: str, request: Request) -> dict[str, object]:
    """Read a delivery, check and store nothing."""
    return {"delivery_id": name, "size_bytes": len(await request.body())}


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Well."""
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
