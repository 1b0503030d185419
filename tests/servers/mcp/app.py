"""An API-key service like mcp-server-langgraph, in one of its three generations.

GENERATION  bearer (since 10 November 2025; the default): the token is in the header, times have an offset
            middle (3 to 9 November 2025): the token is in the header, times have no offset, and the response to a
                   create lacks the creation time
            body   (before 3 November 2025, as documented): the token is in the body of every request, the body of a
                   create is wrapped, times as in `middle`

The real service stores keys as attributes of Keycloak users. Here they are in memory, and tokens are signed with a
secret of this process; `ready` returns valid and invalid ones. POST /api/v1/api-keys/validate exchanges a key for a
token, as the gateway of the real service does.
"""

import asyncio
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import jwt
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

GENERATION = os.environ.get("GENERATION", "bearer")
MAX_KEYS = 5
AUDIENCE = "langgraph-client"
SIGNING_SECRET = secrets.token_bytes(32)
ALICE, BOB = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


# --- tokens


def token(sub: str, audience: str = AUDIENCE, minutes: int = 120, kid: str | None = "k1") -> str:
    claims = {"sub": sub, "aud": audience, "exp": datetime.now(timezone.utc) + timedelta(minutes=minutes)}
    return jwt.encode(claims, SIGNING_SECRET, "HS256", {"kid": kid} if kid else None)


def subject(token: str | None) -> str:
    """The user of a token."""
    if not token:
        raise unauthorized("Authentication required")
    try:
        if "kid" not in jwt.get_unverified_header(token):
            raise jwt.InvalidTokenError("Token missing 'kid' in header")
        return jwt.decode(token, SIGNING_SECRET, ["HS256"], audience=AUDIENCE)["sub"]
    except jwt.InvalidTokenError as error:
        raise unauthorized(f"Invalid token: {error}") from None


def unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})


if GENERATION == "body":
    # A parameter of this type without a security dependency is part of the body: an error of the real service, which is
    # also in its document.
    async def user(credentials: HTTPAuthorizationCredentials | None = None) -> str:
        return subject(credentials and credentials.credentials)

elif GENERATION == "middle":

    async def user(
        credentials: HTTPAuthorizationCredentials | None = Depends(HTTPBearer(auto_error=False)),
    ) -> str:
        return subject(credentials and credentials.credentials)

elif GENERATION == "bearer":

    async def user(request: Request) -> str:
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        return subject(credential if scheme == "Bearer" else None)

else:
    raise SystemExit(f"unknown GENERATION: {GENERATION!r}")


# --- keys


def now() -> datetime:
    time = datetime.now(timezone.utc)
    return time if GENERATION == "bearer" else time.replace(tzinfo=None)


@dataclass(frozen=True)
class Key:
    key_id: str
    name: str
    created: datetime
    expires_at: datetime
    secret: str
    last_used: datetime | None = None

    def shown(self) -> dict[str, str | None]:
        return {
            "key_id": self.key_id,
            "name": self.name,
            "created": self.created.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "last_used": self.last_used and self.last_used.isoformat(),
        }


def new_secret() -> str:
    return f"mcpkey_live_{secrets.token_urlsafe(32)}"


@dataclass
class Store:
    """Keys by user, with a delay for each access: of concurrent changes, the last one wins."""

    keys: dict[str, list[Key]] = field(default_factory=dict)

    async def read(self, user: str) -> list[Key]:
        await asyncio.sleep(0.001)
        return list(self.keys.get(user, []))

    async def write(self, user: str, keys: list[Key]) -> None:
        await asyncio.sleep(0.001)
        self.keys[user] = keys

    async def change(self, user: str, old: Key, **changes: object) -> None:
        changed = Key(**(vars(old) | changes))
        await self.write(user, [changed if key == old else key for key in await self.read(user)])


store = Store()


async def create(user: str, name: str, expires_days: int) -> Key:
    keys = await store.read(user)
    if len(keys) >= MAX_KEYS:
        raise ValueError(
            f"Maximum API keys reached ({MAX_KEYS}). Please revoke an existing key before creating a new one."
        )
    # Fails for a lone surrogate, as the store of the real service does.
    name.encode()
    created = now()
    key = Key(secrets.token_hex(8), name, created, created + timedelta(days=expires_days), new_secret())
    await store.write(user, [*keys, key])
    return key


# --- routes


class CreateAPIKeyRequest(BaseModel):
    name: str
    expires_days: int = 365


class APIKeyResponse(BaseModel):
    key_id: str
    name: str
    created: str
    expires_at: str
    last_used: str | None = None


class CreateAPIKeyResponse(APIKeyResponse):
    api_key: str
    message: str = "API key created successfully. Save it securely - it will not be shown again."


class RotateAPIKeyResponse(BaseModel):
    key_id: str
    new_api_key: str
    message: str = "API key rotated successfully. Update your client configuration."


router = APIRouter(
    prefix="/api/v1/api-keys",
    tags=["API Keys"],
    # All four are documented; 403 and 429 are never sent.
    responses={status: {"description": "Error"} for status in (401, 403, 429, 500)},
)


@router.post("/", response_model=CreateAPIKeyResponse, status_code=201)
async def create_api_key(request: CreateAPIKeyRequest, user: str = Depends(user)):
    try:
        key = await create(user, request.name, request.expires_days)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None
    shown = key.shown() | {"api_key": key.secret}
    return shown if GENERATION == "bearer" else shown | {"created": ""}


@router.get("/", response_model=list[APIKeyResponse])
async def list_api_keys(user: str = Depends(user)):
    return [key.shown() for key in await store.read(user)]


@router.post("/{key_id}/rotate", response_model=RotateAPIKeyResponse)
async def rotate_api_key(key_id: str, user: str = Depends(user)):
    for key in await store.read(user):
        if key.key_id == key_id:
            secret = new_secret()
            await store.change(user, key, secret=secret)
            return {"key_id": key_id, "new_api_key": secret}
    raise HTTPException(404, f"API key with ID '{key_id}' not found for user '{user}'")


@router.delete("/{key_id}", status_code=204)
async def revoke_api_key(key_id: str, user: str = Depends(user)):
    keys = await store.read(user)
    await store.write(user, [key for key in keys if key.key_id != key_id])


@router.post("/validate", include_in_schema=False)
async def validate(x_api_key: str | None = Header(None)):
    if not x_api_key:
        raise HTTPException(400, "Missing X-API-Key header")
    for user, keys in store.keys.items():
        for key in keys:
            if key.secret == x_api_key and key.expires_at > now():
                await store.change(user, key, last_used=now())
                name = {ALICE: "alice", BOB: "bob"}[user]
                access = token(user, minutes=15)
                return {"access_token": access, "expires_in": 900, "user_id": f"user:{name}", "username": name}
    raise HTTPException(401, "Invalid or expired API key")


app = FastAPI()
app.include_router(router)

if GENERATION == "bearer":

    @app.exception_handler(Exception)
    async def as_json(request: Request, error: Exception) -> JSONResponse:
        content = {
            "code": "server.unexpected",
            "message": "An unexpected error occurred. Please try again later.",
            "details": str(error),
            "trace_id": None,
            "metadata": {
                "original_exception": type(error).__name__,
                "request_method": request.method,
                "request_path": request.url.path,
            },
        }
        return JSONResponse({"error": content}, 500)


def ready() -> dict[str, dict[str, str]]:
    return {
        "tokens": {
            "alice": token(ALICE),
            "bob": token(BOB),
            "expired": token(ALICE, minutes=-1),
            "other_audience": token(ALICE, audience="another-client"),
            "unknown_signer": token(ALICE, kid=None),
        }
    }
