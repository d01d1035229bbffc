// What only works with a script is shown by it; a passkey that fails says why, beside its button.
const WHY = {
  NotAllowedError: "The browser did not get a passkey: it was cancelled, or it took too long. Try again.",
  SecurityError: "Browsers give passkeys only to names over https, or to localhost: not to an address of digits.",
  InvalidStateError: "This device has a passkey for this account already.",
  NotSupportedError: "This browser or device has no passkeys. Use another one, or your password.",
};

for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = !window.PublicKeyCredential;

document.addEventListener("allauth.error", event => {
  event.preventDefault();
  const { exception } = event.detail;
  const line = document.querySelector("[data-passkey-problem]");
  if (!line) return;
  line.textContent = WHY[exception?.name] ?? "The passkey could not be used. Try again, or use another way.";
  line.hidden = false;
});
