"""The router of the package `keyshield`, with a bearer token, ADMIN_TOKEN, as its authentication.

GET /_whoami, which is not part of keyshield, verifies a key with keyshield's dependency for an application's routes.
"""

import os
import secrets
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from keyshield import ApiKeyService
from keyshield.api import create_api_keys_router, create_depends_api_key
from keyshield.hasher.bcrypt import BcryptApiKeyHasher
from keyshield.repositories.sql import Base, SqlAlchemyApiKeyRepository
from sqlalchemy import StaticPool
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

ADMIN_TOKEN = os.environ["ADMIN_TOKEN"]

# A transaction per request would be committed after the response is sent, possibly after the next request is received.
engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool, isolation_level="AUTOCOMMIT")
# For speed: the minimum number of rounds, and no delay against timing attacks.
hasher = BcryptApiKeyHasher(pepper=secrets.token_hex(), rounds=4)


@asynccontextmanager
async def lifespan(_: FastAPI):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await engine.dispose()


async def service():
    async with AsyncSession(engine) as session:
        yield ApiKeyService(SqlAlchemyApiKeyRepository(session), hasher, min_delay=0, max_delay=0)


async def admin(credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
    if not secrets.compare_digest(credentials.credentials.encode(), ADMIN_TOKEN.encode()):
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": "Bearer"})


app = FastAPI(lifespan=lifespan)
app.include_router(create_api_keys_router(service), dependencies=[Depends(admin)])


@app.get("/_whoami", include_in_schema=False)
async def whoami(key=Depends(create_depends_api_key(service))):
    return {"id": key.id_}


def ready() -> dict[str, str]:
    return {}
