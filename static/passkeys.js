// Asks the browser for a passkey, then sends its answer with the form. The only script of the admin,
// on the two pages that need it: WebAuthn has no other way.
"use strict";

const form = document.querySelector("form[data-passkey]");
const again = document.getElementById("passkey-again");
const failed = document.getElementById("passkey-failed");

async function ask() {
  const options = JSON.parse(form.dataset.options);
  if (form.dataset.passkey === "create") {
    return navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    });
  }
  return navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
  });
}

async function go() {
  again.hidden = failed.hidden = true;
  try {
    const credential = await ask();
    form.elements.credential.value = JSON.stringify(credential.toJSON());
  } catch {
    // Cancelled, timed out, or too old a browser: the page says what to do, in its own language.
    again.hidden = failed.hidden = false;
    again.focus();
    return;
  }
  form.submit();
}

if (form) {
  again.addEventListener("click", go);
  go();
}
