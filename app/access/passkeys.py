"""Passkeys (WebAuthn), as second factor: the browser signs a challenge of ours with a key that never leaves it."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import factors
from app.access.models import Factor, FactorKind, SignInSession, User
from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Invalid
from app.core.settings import get_settings
from app.web.languages import N_, translated

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

REFUSED = N_("This passkey could not be checked. Try again, or use a code.")


def _origin() -> str:
    parts = urlsplit(get_settings().public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _host() -> str:
    return urlsplit(get_settings().public_url).hostname or "localhost"


async def _known(session: AsyncSession, user_id: int) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 - heavy; loaded where it is used
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor  # noqa: PLC0415

    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(factor.credential_id))
        for factor in await factors.of_user(session, user_id)
        if factor.credential_id
    ]


async def registration(session: AsyncSession, signed_in: SignInSession, user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey."""
    import webauthn  # noqa: PLC0415 - as above
    from webauthn.helpers import bytes_to_base64url, options_to_json  # noqa: PLC0415
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, UserVerificationRequirement  # noqa: PLC0415

    options = webauthn.generate_registration_options(
        rp_id=_host(), rp_name=get_settings().programme, user_name=user.email, user_id=str(user.id).encode(),
        user_display_name=user.name, exclude_credentials=await _known(session, user.id),
        authenticator_selection=AuthenticatorSelectionCriteria(user_verification=UserVerificationRequirement.REQUIRED),
    )  # fmt: skip
    signed_in.challenge = bytes_to_base64url(options.challenge)
    made: dict[str, Any] = json.loads(options_to_json(options))
    return made


def _challenge(signed_in: SignInSession) -> bytes:
    """The challenge of before; it counts once."""
    from webauthn.helpers import base64url_to_bytes  # noqa: PLC0415 - as above

    challenge, signed_in.challenge = signed_in.challenge, None
    if challenge is None:
        raise Invalid(errors={"passkey": translated(REFUSED)})
    return base64url_to_bytes(challenge)


async def add(
    session: AsyncSession, signed_in: SignInSession, user: User, credential: dict[str, Any], name: str, *, by: Actor
) -> Factor:
    """Keep a passkey that the browser has made.

    Raises:
        Invalid: not for our challenge, not from our pages, or not what it says it is.
    """
    import webauthn  # noqa: PLC0415 - as above
    from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        made = webauthn.verify_registration_response(
            credential=credential, expected_challenge=_challenge(signed_in), expected_rp_id=_host(),
            expected_origin=_origin(), require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Invalid(errors={"passkey": translated(REFUSED)}) from None
    now = clock.now()
    factor = Factor(
        user_id=user.id, kind=FactorKind.PASSKEY, name=name or N_("Passkey"), sign_count=made.sign_count,
        credential_id=bytes_to_base64url(made.credential_id), public_key=made.credential_public_key,
        created_at=now, confirmed_at=now,
    )  # fmt: skip
    session.add(factor)
    await session.flush()
    await record(session, "user.factor_added", user.id, by=by, factor=factor.kind)
    return factor


async def question(session: AsyncSession, signed_in: SignInSession) -> dict[str, Any]:
    """What the browser needs to sign with a passkey of the user's."""
    import webauthn  # noqa: PLC0415 - as above
    from webauthn.helpers import bytes_to_base64url, options_to_json  # noqa: PLC0415
    from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=_host(), allow_credentials=await _known(session, signed_in.user_id),
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    signed_in.challenge = bytes_to_base64url(options.challenge)
    asked: dict[str, Any] = json.loads(options_to_json(options))
    return asked


async def check(session: AsyncSession, signed_in: SignInSession, credential: dict[str, Any]) -> bool:
    """Whether a passkey of this user has signed our challenge, on our pages. A copied one is noticed by its count."""
    import webauthn  # noqa: PLC0415 - as above
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    challenge = _challenge(signed_in)
    mine = (Factor.user_id == signed_in.user_id) & (Factor.credential_id == str(credential.get("id", "")))
    factor = await session.scalar(select(Factor).where(mine).with_for_update())
    if factor is None or factor.public_key is None:
        return False
    try:
        signed = webauthn.verify_authentication_response(
            credential=credential, expected_challenge=challenge, expected_rp_id=_host(), expected_origin=_origin(),
            credential_public_key=factor.public_key, credential_current_sign_count=factor.sign_count,
            require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    factor.sign_count, factor.last_used_at = signed.new_sign_count, clock.now()
    return True
