"""FastAPI alone, as a measure: one route, one JSON object, on the server and loop that the service has."""

import sys

import uvicorn
from fastapi import FastAPI

app = FastAPI(openapi_url=None)


@app.get("/")
async def root() -> dict[str, str]:
    """As little as an answer can be."""
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
