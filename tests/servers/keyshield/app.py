"""The router of `keyshield`, as its package has it, behind a check for one bearer token, ADMIN_TOKEN.

GET /_whoami, which is not keyshield's, tells whether a key that was minted here is good: keyshield checks it there as
it does for an application's own routes.
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

# Every statement stands for itself. A transaction for each request would be ended after its answer was sent, and the
# next request might come before that.
engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool, isolation_level="AUTOCOMMIT")
# As few rounds as there may be, and no delay against the measuring of times: nothing is protected here.
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
