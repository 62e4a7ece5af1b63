// Passkeys: shows the button where the browser knows them, and carries what it signs. Without script there are codes.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const post = async (path, body) => {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const said = await answer.json();
    if (answer.status === 403 && said.type === "/problems/factor-needed") location.assign("/sign-in/second?next=/account");
    if (!answer.ok) throw new Error(said.error || said.detail);
    return said;
  };

  const create = async () => {
    const options = await post("/account/passkeys/options", {});
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = (options.excludeCredentials || []).map((known) => ({ ...known, id: bytes(known.id) }));
    const made = await navigator.credentials.create({ publicKey: options });
    await post("/account/passkeys", {
      id: made.id, rawId: text(made.rawId), type: made.type,
      response: { attestationObject: text(made.response.attestationObject), clientDataJSON: text(made.response.clientDataJSON) },
    });
  };

  const sign = async () => {
    const options = await post("/sign-in/passkey/options", {});
    options.challenge = bytes(options.challenge);
    options.allowCredentials = (options.allowCredentials || []).map((known) => ({ ...known, id: bytes(known.id) }));
    const signed = await navigator.credentials.get({ publicKey: options });
    await post("/sign-in/passkey", {
      id: signed.id, rawId: text(signed.rawId), type: signed.type,
      response: {
        authenticatorData: text(signed.response.authenticatorData), clientDataJSON: text(signed.response.clientDataJSON),
        signature: text(signed.response.signature), userHandle: signed.response.userHandle ? text(signed.response.userHandle) : null,
      },
    });
  };

  if (!window.PublicKeyCredential) return;
  for (const part of document.querySelectorAll("[data-passkey]")) {
    const error = part.querySelector(".usa-error-message");
    part.hidden = false;
    part.querySelector("button").addEventListener("click", async () => {
      error.hidden = true;
      try {
        await (part.dataset.passkey === "add" ? create() : sign());
        location.assign(part.dataset.next);
      } catch (problem) {
        error.textContent = problem.message || "This did not work. Try again.";
        error.hidden = false;
      }
    });
  }
})();
