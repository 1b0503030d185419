"""An API-key service like Arthur's GenAI Engine: four routes below /auth/api_keys. See README.md."""

import base64
import hashlib
import os
import secrets
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel
from sqlalchemy import JSON, StaticPool, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OBSERVED = {"observed": True, "documented": False}[os.environ.get("MODE", "observed")]
MASTER_KEY = os.environ["MASTER_KEY"]
READONLY_KEY = os.environ.get("READONLY_KEY")
MAX_API_KEYS = int(os.environ.get("MAX_API_KEYS", "100"))
STARTED = datetime.now()


class APIKeysRolesEnum(str, Enum):
    DEFAULT_RULE_ADMIN = "DEFAULT-RULE-ADMIN"
    TASK_ADMIN = "TASK-ADMIN"
    VALIDATION_USER = "VALIDATION-USER"
    ORG_AUDITOR = "ORG-AUDITOR"
    ORG_ADMIN = "ORG-ADMIN"
    TENANT_USER = "TENANT-USER"


class NewApiKeyRequest(BaseModel):
    description: str | None = None
    roles: list[APIKeysRolesEnum] | None = [APIKeysRolesEnum.VALIDATION_USER]


class ApiKeyResponse(BaseModel):
    id: str
    key: str | None = None
    description: str | None = None
    is_active: bool
    created_at: datetime
    deactivated_at: datetime | None = None
    message: str | None = None
    roles: list[str] = []


class Base(DeclarativeBase):
    pass


class ApiKey(Base):
    __tablename__ = "api_keys"

    # Orders the list by creation.
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    description: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]

    def shown(self, **more: str) -> ApiKeyResponse:
        return ApiKeyResponse(
            **{
                "id": self.id,
                "description": self.description,
                "is_active": self.deactivated_at is None,
                "created_at": self.created_at,
                "deactivated_at": self.deactivated_at,
                "message": "",
                "roles": self.roles,
            }
            | more
        )


# All requests share one connection. They use it one at a time because every handler is `async` and runs in the same
# thread.
engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
Base.metadata.create_all(engine)


async def database():
    with Session(engine) as session:
        yield session


bearer = HTTPBearer(scheme_name="API Key", auto_error=False)


async def rights(request: Request, _: object = Depends(bearer)) -> str:
    """The caller's permissions: a subset of `rw`. Only a missing or malformed credential is rejected here; an unknown
    one is rejected after the request has been validated."""
    cookie = request.cookies.get("ACCESS_TOKEN", "").strip('"')
    credential = cookie or request.headers.get("authorization")
    if not credential:
        raise HTTPException(401, "Requires authentication")
    match credential.split():
        case [scheme, token] if scheme.lower() == "bearer":
            return {MASTER_KEY: "rw", READONLY_KEY: "r"}.get(token, "")
        case _:
            raise HTTPException(401, "Bad credentials")


def demand(right: str, granted: str) -> None:
    if not granted:
        raise HTTPException(401)
    if right not in granted:
        raise HTTPException(403)


def find(session: Session, key_id: UUID) -> ApiKey:
    key = session.scalar(select(ApiKey).where(ApiKey.id == str(key_id)))
    if key is None:
        raise HTTPException(404, "API Key not found")
    return key


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


ACTIVE = ApiKey.deactivated_at.is_(None)
router = APIRouter(prefix="/auth/api_keys", tags=["API Keys"])
shape = {"response_model_exclude_none": True}


@router.post("/", response_model=ApiKeyResponse, **shape)
async def create_api_key(
    new: NewApiKeyRequest, granted: str = Depends(rights), session: Session = Depends(database)
):
    demand("w", granted)
    roles = [role.value for role in new.roles or []]
    if "TENANT-USER" in roles:
        detail = "Roles ['TENANT-USER'] cannot be assigned via this endpoint; use the tenant signup flow."
        raise HTTPException(400, detail)
    if session.scalar(select(func.count()).where(ACTIVE)) >= MAX_API_KEYS:
        raise HTTPException(400, "Maximum number of active keys reached")
    key_id, secret = str(uuid4()), secrets.token_urlsafe(32)
    key = ApiKey(
        id=key_id,
        digest=digest(secret),
        description=new.description,
        roles=roles,
        # The real service evaluates the column's default once, when its module is loaded.
        created_at=STARTED if OBSERVED else datetime.now(),
    )
    session.add(key)
    session.commit()
    token = base64.b64encode(f"{key_id}:{secret}".encode()).decode()
    return key.shown(key=token, message="Store this key now: it is not shown again.")


@router.get("/{api_key_id}", response_model=ApiKeyResponse, **shape)
async def get_api_key(api_key_id: UUID, granted: str = Depends(rights), session: Session = Depends(database)):
    demand("r", granted)
    return find(session, api_key_id).shown()


@router.get("/", response_model=list[ApiKeyResponse], **shape)
async def get_all_active_api_keys(granted: str = Depends(rights), session: Session = Depends(database)):
    demand("r", granted)
    return [key.shown() for key in session.scalars(select(ApiKey).where(ACTIVE).order_by(ApiKey.number))]


@router.delete("/deactivate/{api_key_id}", response_model=ApiKeyResponse, **shape)
async def deactivate_api_key(
    api_key_id: UUID, granted: str = Depends(rights), session: Session = Depends(database)
):
    demand("w", granted)
    key = find(session, api_key_id)
    # Repeated deactivation updates the time.
    key.deactivated_at = datetime.now()
    session.commit()
    return Response(status_code=204) if OBSERVED else key.shown()


app = FastAPI()
app.include_router(router)


@app.get("/_whoami", include_in_schema=False)
async def whoami(request: Request, session: Session = Depends(database)):
    """Verifies a key. Not part of the real service."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        key_id, secret = base64.b64decode(token, validate=True).decode().split(":")
    except ValueError:
        raise HTTPException(401) from None
    key = session.scalar(select(ApiKey).where(ACTIVE, ApiKey.id == key_id, ApiKey.digest == digest(secret)))
    if key is None:
        raise HTTPException(401)
    return {"id": key.id, "roles": key.roles}


class WithoutLength:
    """Removes `Content-Length` from responses with a body, so that they are chunked, as in the real service."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != 204:
                del MutableHeaders(scope=message)["content-length"]
            await send(message)

        await self.app(scope, receive, send_without)


if OBSERVED:

    @app.exception_handler(RequestValidationError)
    async def as_text(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 400)

    @app.exception_handler(Exception)
    async def as_json(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse({"detail": "Something went wrong."}, 500)

    app.add_middleware(WithoutLength)


def ready() -> dict[str, str]:
    return {}
